import { activateVersion } from '../../control/remote/releases.ts'
import { versionText } from '../../control/words/version-text.ts'
import { approvalFlags, readFlags, releaseFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { appliedNote, connect, printDocument } from '../session/connect.ts'
import { printProposed } from './approvals.ts'

const activateFlags = { ...releaseFlags, ...approvalFlags, override: text.optional() }

/** `sluice activate`: everybody gets a version, without a canary; where that needs approval it is proposed. */
export async function activate(
  name: string,
  wanted: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const options = readFlags('activate', activateFlags, given)
  const { wait: waitMs } = options
  const result = await activateVersion(connect(options, host), name, {
    wanted,
    override: undefined,
    breakGlass: undefined,
    ...options,
    waitMs,
  })
  if ('proposal' in result) return printProposed(result.proposal, options, host)
  const { answer, version, before } = result
  printDocument(options, host, answer, ({ feature }) => {
    const instead = before === null ? '' : `, before ${versionText(feature, before)}`
    return `${name}: everybody gets ${versionText(feature, version)}${instead}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}
