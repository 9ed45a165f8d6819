import type { RubricItem } from '../../../records/rubric.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import { placedChecks } from '../checks/nested-checks.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { parseModelId } from '../models/model.ts'
import type { Prompt } from './prompt.ts'

const ofTrajectories: readonly CheckSpec['type'][] = [
  ...(['toolCalled', 'noToolCalled', 'toolOrder', 'onlyTools', 'maxSteps', 'noToolErrors'] as const),
  'state',
]

/**
 * Warns of checks of what was done, and of claims held against documents, where nothing can report it: the model is
 * asked without tools, and there is no application. Recordings may hold what was done, so nothing is said of a model
 * that is played back.
 */
export function traceFaults(
  prompt: Prompt,
  { checks, rubric }: { checks: readonly CheckSpec[]; rubric: readonly RubricItem[] },
  source: Source,
  { providers }: Pick<Config, 'providers'>,
): Diagnostic[] {
  const provider = parseModelId(prompt.model)?.provider ?? ''
  const isRecorded = Object.hasOwn(providers, provider) && providers[provider]?.kind === 'replay'
  if (prompt.target !== undefined || isRecorded) return []
  // The state is reported by applications alone; calls also by a model that has tools.
  const hasTools = prompt.tools !== undefined
  const ofClaims = rubric.flatMap(({ id, claims }, index) =>
    claims?.in.includes('retrieved') ? [located(source, ['rubric', index], noDocuments(id), 'warning')] : [],
  )
  const ofChecks = checks.flatMap((check, index) =>
    placedChecks(check)
      .filter(({ spec: { type } }) => ofTrajectories.includes(type) && !(hasTools && type !== 'state'))
      .map(({ spec: { name }, at }) => located(source, ['checks', index, ...at], unseen(name), 'warning')),
  )
  return [...ofChecks, ...ofClaims]
}

function noDocuments(id: string): string {
  return `nothing reports "retrieved", which the rubric item "${id}" holds claims against, so no case is ever scored by it; give the prompt a "target" that reports it, or name a variable`
}

function unseen(name: string): string {
  return `nothing reports what ${name} looks at, so no case is ever scored by it; give the prompt a "target" that reports it`
}
