import type { ForgottenAnswer } from '../../control/remote/answers.ts'
import { timeText } from '../../control/words/moments.ts'
import { formatAmount } from '../../text/format.ts'
import { readFlags, remoteFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'

/** `sluice forget`: deletes what production stored about a unit, that is, a user. */
export async function forget(given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('forget', { ...remoteFlags, unit: text }, given)
  const deleted = await connect(options, host).forget(options.unit)
  printDocument(options, host, deleted, forgottenText)
  return 0
}

function forgottenText({ contents, memories, entries, until }: ForgottenAnswer): string {
  const total = entries.reduce((sum, each) => sum + each.entries, 0)
  const ofRollouts = entries.flatMap(({ feature, rolloutId, entries }) =>
    rolloutId === null
      ? []
      : [`  ${formatAmount(entries, 'entry', 'entries')} of rollout ${rolloutId} of ${feature}\n`],
  )
  const gone = [
    formatAmount(contents, 'stored text', 'stored texts'),
    `${formatAmount(total, 'entry', 'entries')} of the log`,
    `${formatAmount(memories, 'note', 'notes')} of rollouts and the drift watch about the user`,
  ]
  return `forgotten: ${gone.join(', ')}\n${ofRollouts.join('')}What still arrives about the user until ${timeText(until)} is dropped.\n`
}
