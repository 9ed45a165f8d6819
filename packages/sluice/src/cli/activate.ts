import { versionText } from '../control/remote/find-version.ts'
import { activateVersion } from '../control/remote/releases.ts'
import { appliedNote } from './applied-note.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'

export interface ReleaseOptions extends RemoteOptions {
  reason: string
  /** How long to wait until all instances have confirmed, e.g. `10s`. */
  wait: string
}

/** What the control plane is willing to wait. */
export const longestWaitMs = 60_000

/** `sluice activate`: everybody gets a version, without a canary. */
export async function activate(
  name: string,
  wanted: string,
  options: ReleaseOptions & { override?: string },
  host: Host,
): Promise<number> {
  const { reason, wait, override } = options
  const waitMs = durationFlag('--wait', wait, longestWaitMs)
  const remote = connect(options, host)
  const { answer, version, before } = await activateVersion(remote, name, { wanted, override, reason, waitMs })
  tell(options, host, answer, ({ feature }) => {
    const instead = before === null ? '' : `, before ${versionText(feature, before)}`
    return `${name}: everybody gets ${versionText(feature, version)}${instead}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}
