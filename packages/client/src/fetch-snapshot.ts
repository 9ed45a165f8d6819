import { ask, type Connection } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'

export interface FetchSnapshotOptions {
  connection: Connection
  held: HeldSnapshot
  report: Report
  refused: (status: number, headers: Headers) => void
}

/** Asks for the snapshot, unless what is held is the present one. True where the control plane has answered; never rejects. */
export async function fetchSnapshot({ connection, held, report, refused }: FetchSnapshotOptions): Promise<boolean> {
  try {
    const known = held.source() === 'server' ? held.current() : undefined
    const headers: Record<string, string> = {}
    if (known) headers['if-none-match'] = `"${known.epoch}-${known.revision}-${known.hash}"`
    const answer = await ask(connection, '/v1/snapshot', { headers })
    const { status, body, readAt } = answer
    if (status !== 200 && status !== 304) {
      refused(status, answer.headers)
      return false
    }
    if (status === 200 && body === undefined) {
      const type = answer.headers.get('content-type')
      report('warn', 'disconnected', `what answered with ${type} is no control plane: a proxy, or a wrong url`)
      return false
    }
    if (!readAt) report('warn', 'unproven', unproven)
    if (status === 304) held.confirm(readAt)
    else held.offer(body, 'server', readAt)
    return true
  } catch (error) {
    report('info', 'disconnected', messageOf(error))
    return false
  }
}

const unproven = 'an answer has no proof of its age: a cache gave it, or a proxy removes headers'
