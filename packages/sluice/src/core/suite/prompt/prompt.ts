import type { PromptInput, PromptTool, PromptToolChoice } from '@sluice/client'
import type { LiveSettings, RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import type { Case, Expectation } from '../cases/case.ts'
import type { Mock } from '../cases/mock.ts'
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
  /** Absent where the model has no tools; so are the next two. */
  tools?: PromptTool[]
  toolChoice?: PromptToolChoice
  /** The most messages of the model until it answers without a call. */
  maxSteps?: number
  /** Answers of tools in all cases. No part of the version. */
  mocks?: Mock[]
  checks: CheckSpec[]
  rubric: RubricItem[]
  choices: ChoiceJudge[]
  /** Name -> path relative to the project's root, posix. */
  suites: Record<string, string>
  /** The `testData` of the file. */
  inlineCases: Case[]
  /** What the variables must be. */
  inputs?: Record<string, PromptInput>
  /** Values of variables for cases that do not set them. */
  defaults?: Record<string, unknown>
  /** The expectation of cases that have none of their own; by default an answer. */
  expect?: Expectation
  /** Whether reasoning at the start of an answer is removed. Where absent, it is removed if it is recognised. */
  reasoning?: 'strip' | 'keep'
  /** Gate settings that override the project's. */
  gate: Partial<GateSettings>
  target?: Target
  /** The settings of a canary of this feature, unless the request to start one sets others. */
  rollout: RolloutSettings
  /** The path of `redact` is absolute. */
  live: LiveSettings
  /**
   * The keys of `rollout` and `live` that the file sets, e.g. `rollout.stages`; the rest are defaults. Absent for none.
   */
  written?: string[]
  /** False keeps the feature out of the nightly. */
  production?: boolean
  /** `sluice: 1` is set: an unknown or unused variable is an error, `{{ x }}` may hold spaces. */
  strict: boolean
  /** Relative to the project's root, posix. */
  file: string
}
