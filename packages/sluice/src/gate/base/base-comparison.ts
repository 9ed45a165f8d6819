import { isDeepStrictEqual } from 'node:util'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import type { VersionRole } from '../../records/report/case-detail.ts'
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
  /** What of the application has been changed since it was made ready, in a sentence; undefined for nothing. */
  changed?: () => Promise<string | undefined>
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
  const found = await startedHere(
    await baseApplication(pair, project, session),
    { prompt: baseline, role: 'baseline' },
    session,
  )
  if (found.state === 'found') {
    const { target, note: how, changed } = found
    return { baseline: { ...baseline, target }, notes: [...notes, how], ...(changed && { changed }) }
  }
  if (found.state === 'failed') return { baseline: undefined, notes, failed: found.message, unrun: baseline }
  return { baseline: undefined, notes: [...notes, found.note], unrun: baseline }
}

/** Starts what has to run for the application, so that one that does not start is known before anything is paid for. */
export async function startedHere(
  found: BaseApplication,
  { prompt, role }: { prompt: Prompt; role: VersionRole },
  session: Pick<RunSession, 'target'>,
): Promise<BaseApplication> {
  if (found.state !== 'found') return found
  try {
    await session.target(found.target, prompt, role).open()
    return found
  } catch (error) {
    const isFault = error instanceof ProviderError ? error.kind !== 'aborted' : isUnloadable(error)
    if (!isFault) throw error
    return {
      state: 'failed',
      message: `The application of the base commit does not start, so there is no comparison: ${(error as Error).message}`,
    }
  }
}

/** A module that cannot be loaded, or lacks the function that is asked for. */
function isUnloadable(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code === 'invalid-input'
}
