import { type Answer, ask, type Connection } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'

/** Asks for the snapshot, unless what is held is the present one. True where the control plane has answered; never rejects. */
export async function fetchSnapshot(
  connection: Connection,
  held: HeldSnapshot,
  report: Report,
  refused: (answer: Answer) => void,
): Promise<boolean> {
  try {
    const known = held.served()
    const headers = known && { 'if-none-match': `"${known.epoch}-${known.revision}-${known.hash}"` }
    const answer = await ask(connection, '/v1/snapshot', { headers: headers ?? {} })
    const { status, body, readAt } = answer
    if (status !== 304 && (status !== 200 || body === undefined)) {
      refused(answer)
      return false
    }
    if (!readAt)
      report('warn', 'unproven', 'an answer has no proof of its age: a cache gave it, or a proxy removes headers')
    if (status === 304) held.confirm(readAt)
    else held.offer(body, 'server', readAt)
    return true
  } catch (error) {
    report('info', 'disconnected', messageOf(error))
    return false
  }
}
