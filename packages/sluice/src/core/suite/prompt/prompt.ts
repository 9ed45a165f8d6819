import type { LiveSettings, RolloutSettings } from '../../../records/rollout-settings.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import type { Case, Expectation } from '../cases/case.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import type { GateSettings } from '../config/gate-settings.ts'
import type { Message, ModelParameters, ResponseFormat } from '../models/model.ts'
import type { ChoiceJudge } from './choice-judge.ts'
import type { Target } from './target.ts'

/** One prompt file, validated: what is asked of the model and how the answers are scored. */
export interface Prompt {
  feature: string
  /** The human label, `version:` in the file. */
  label?: string
  /** Version id, 12 hex; see `versionId`. */
  id: string
  /** `provider:model`. */
  model: string
  parameters: ModelParameters
  messages: Message[]
  format: ResponseFormat
  checks: CheckSpec[]
  rubric: RubricItem[]
  choices: ChoiceJudge[]
  /** Name -> path relative to the project's root, posix. */
  suites: Record<string, string>
  /** The `testData` of the file. */
  inlineCases: Case[]
  /** Of cases that say nothing else; by default an answer. */
  expect?: Expectation
  /** Whether reasoning at the start of an answer is taken off. Absent: where it is known for what it is. */
  reasoning?: 'strip' | 'keep'
  /** Overrides the project's. */
  gate: Partial<GateSettings>
  target?: Target
  /** How a canary of it goes through its stages, unless the request to start one says otherwise. */
  rollout: RolloutSettings
  /** The path of `redact` is absolute. */
  live: LiveSettings
  /** Those of the two that the file holds itself, e.g. `rollout.stages`; the rest are defaults. Absent: none. */
  written?: string[]
  /** False keeps the feature out of the nightly. */
  production?: boolean
  /** `sluice: 1` is set: an unknown or unused variable is an error, `{{ x }}` may hold spaces. */
  strict: boolean
  /** Relative to the project's root, posix. */
  file: string
}
