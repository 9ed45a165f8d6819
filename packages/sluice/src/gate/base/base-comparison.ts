import { isDeepStrictEqual } from 'node:util'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { FeatureScope } from '../affected/affected.ts'
import type { RunContext, RunSession } from '../run/session.ts'
import { type BaseApplication, baseApplication } from './base-application.ts'
import type { BaseProject } from './base-project.ts'
import { baselineOf } from './baseline.ts'
import type { Succession } from './succession.ts'

/** What the gate knows of the base commit. */
interface ComparisonScope extends Pick<Succession, 'predecessors'> {
  base: BaseProject | undefined
  missing: string | null
  features: readonly FeatureScope[]
}

/** What a feature is compared with, how that was found, and why there is nothing although there should be. */
export interface BaseComparison {
  baseline: Prompt | undefined
  notes: string[]
  failed?: string
  /** The version that nothing here can run; scores that were kept of it may stand for it. */
  unrun?: Prompt
}

/** Finds the version to compare a feature with; an application of the base commit is made ready to be asked. */
export async function baseComparison(
  prompt: Prompt,
  { base, missing, predecessors, features }: ComparisonScope,
  { project, session }: Pick<RunContext, 'project' | 'session'>,
): Promise<BaseComparison> {
  const predecessor = predecessors.get(prompt.feature)
  const place = base ? { predecessor, invalid: base.invalid } : { missing: missing ?? 'There is no base commit' }
  const { prompt: baseline, note } = baselineOf(prompt, place, project.config)
  const notes = [predecessor?.note, note].filter((text) => typeof text === 'string')
  if (!base || !baseline?.target) return { baseline, notes }
  const scope = features.find((feature) => feature.prompt === prompt)
  const isSame = baseline.id === prompt.id && isDeepStrictEqual(baseline.target, prompt.target)
  if (isSame && scope?.changedApplication.length === 0) {
    const same = `The version ${prompt.id} and its application are those of the base commit: judged against the threshold alone.`
    return { baseline: undefined, notes: [...notes, same] }
  }
  const pair = { candidate: prompt, predecessor: baseline, base, changedLockfiles: scope?.changedLockfiles ?? [] }
  const found = await startedHere(await baseApplication(pair, project, session), baseline, session)
  if (found.state === 'found') return { baseline: { ...baseline, target: found.target }, notes: [...notes, found.note] }
  if (found.state === 'failed') return { baseline: undefined, notes, failed: found.message, unrun: baseline }
  return { baseline: undefined, notes: [...notes, found.note], unrun: baseline }
}

/** Starts what has to run for the application, so that one that does not start is known before anything is paid for. */
async function startedHere(
  found: BaseApplication,
  baseline: Prompt,
  session: Pick<RunSession, 'target'>,
): Promise<BaseApplication> {
  if (found.state !== 'found') return found
  try {
    await session.target(found.target, baseline, 'baseline').open()
    return found
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind === 'aborted') throw error
    return {
      state: 'failed',
      message: `The application of the base commit does not start, so there is no comparison: ${error.message}`,
    }
  }
}
