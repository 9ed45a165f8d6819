import { findVersion, versionName } from '../remote/find-version.ts'
import { longestWaitMs, type ReleaseOptions } from './activate.ts'
import { appliedNote } from './applied-note.ts'
import { connect, tell } from './connect.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'

/**
 * `sluice rollback`: back to the last version that was good, or to `to`. Exit 0 once that is recorded for good;
 * instances that have not confirmed it in time are a warning.
 */
export async function rollback(name: string, options: ReleaseOptions & { to?: string }, host: Host): Promise<number> {
  const { reason, wait, to } = options
  const waitMs = durationFlag('--wait', wait, longestWaitMs)
  const remote = connect(options, host)
  const target = to === undefined ? {} : { to: findVersion(await remote.feature(name), to) }
  const answer = await remote.rollBack(name, { ...target, reason, waitMs })
  tell(options, host, answer, ({ feature }) => {
    return `${name}: everybody gets ${versionName(feature, feature.active ?? 'nothing')}\n`
  })
  appliedNote(answer.applied, options, host)
  return 0
}
