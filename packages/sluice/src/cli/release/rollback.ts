import { rollBackFeature } from '../../control/remote/releases.ts'
import { versionText } from '../../control/words/version-text.ts'
import { readFlags, releaseFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { appliedNote, connect, printDocument } from '../session/connect.ts'

const rollbackFlags = { ...releaseFlags, from: text.optional(), to: text.optional() }

/**
 * `sluice rollback`: takes back the running canary, else the active version; back to the last version that was good, or
 * to `to`. Exit 0 once that is recorded for good; instances that have not confirmed it in time are a warning.
 */
export async function rollback(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('rollback', rollbackFlags, given)
  const { reason, wait: waitMs, from, to } = options
  const remote = connect(options, host)
  const answer = await rollBackFeature(remote, name, { from, to, reason, waitMs })
  printDocument(options, host, answer, ({ feature }) => {
    return `${name}: everybody gets ${versionText(feature, feature.active ?? 'nothing')}\n`
  })
  appliedNote(answer.applied, { ...options, waitMs }, host)
  return 0
}
