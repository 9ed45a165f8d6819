import type { FeatureAnswer } from '../remote/answers.ts'
import { findVersion, versionName } from '../remote/find-version.ts'
import { longestWaitMs, type ReleaseOptions } from './activate.ts'
import { appliedNote } from './applied-note.ts'
import { connect, tell } from './connect.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'

interface RollbackOptions extends ReleaseOptions {
  from?: string
  to?: string
}

/**
 * `sluice rollback`: takes back the running canary, else the active version; back to the last version that was good, or
 * to `to`. Exit 0 once that is recorded for good; instances that have not confirmed it in time are a warning.
 */
export async function rollback(name: string, options: RollbackOptions, host: Host): Promise<number> {
  const { reason, wait, from, to } = options
  const waitMs = durationFlag('--wait', wait, longestWaitMs)
  const remote = connect(options, host)
  const seen = await remote.feature(name)
  const target = to === undefined ? {} : { to: findVersion(seen, to) }
  const meant = from === undefined ? takenBackBy(seen, to !== undefined) : findVersion(seen, from)
  const what = meant === undefined ? { expectedRevision: seen.revision } : { from: meant }
  const answer = await remote.rollBack(name, { ...what, ...target, reason, waitMs })
  tell(options, host, answer, ({ feature }) => {
    return `${name}: everybody gets ${versionName(feature, feature.active ?? 'nothing')}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}

/**
 * What a rollback is for that does not say so: the canary or active version that is seen now, so that of two at the same
 * moment the second finds it gone. After another rollback it is for nothing, which the control plane refuses with what
 * has happened, unless it says where to go.
 */
function takenBackBy({ active, rollout, takenBack }: FeatureAnswer, hasTarget: boolean): string | undefined {
  if (rollout && rollout.ending === null) return rollout.canary
  return takenBack && !hasTarget ? undefined : (active ?? undefined)
}
