import { versionText } from '../control/remote/find-version.ts'
import { rollBackFeature } from '../control/remote/releases.ts'
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
  const answer = await rollBackFeature(remote, name, { from, to, reason, waitMs })
  tell(options, host, answer, ({ feature }) => {
    return `${name}: everybody gets ${versionText(feature, feature.active ?? 'nothing')}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}
