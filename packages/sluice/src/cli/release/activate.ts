import { activateVersion } from '../../control/remote/releases.ts'
import { versionText } from '../../control/words/version-text.ts'
import { readFlags, releaseFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { appliedNote, connect, tell } from '../session/connect.ts'

const activateFlags = { ...releaseFlags, override: text.optional() }

/** `sluice activate`: everybody gets a version, without a canary. */
export async function activate(
  name: string,
  wanted: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const options = readFlags('activate', activateFlags, given)
  const { reason, wait: waitMs, override } = options
  const remote = connect(options, host)
  const { answer, version, before } = await activateVersion(remote, name, { wanted, override, reason, waitMs })
  tell(options, host, answer, ({ feature }) => {
    const instead = before === null ? '' : `, before ${versionText(feature, before)}`
    return `${name}: everybody gets ${versionText(feature, version)}${instead}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}
