import { visibleLine } from '../../../text/untrusted.ts'
import type { NodeExchange } from '../http/answer.ts'
import { guestOf } from '../instances/greet.ts'

/** Where a report comes from, as it is logged. */
export interface ReportOrigin {
  /** The process as it calls itself and the beginning of the text that it made at its start: namesakes are two. */
  instance: string | null
  /** Keyed hash of the address that it came from, 8 hex. */
  address: string | null
}

const most = { name: 40, process: 8 }

/** The process of `Sluice-Instance`, and the socket's address: headers that a proxy adds could be anybody's word. */
export function originOf(
  request: Request,
  node: NodeExchange | undefined,
  hash: (text: string) => string,
): ReportOrigin {
  const guest = guestOf(request)
  const remote = node?.incoming.socket.remoteAddress
  const name = guest && visibleLine(guest.instance.slice(0, most.name)).slice(0, most.name)
  return {
    instance: guest ? `${name} ${guest.process.slice(0, most.process)}`.toWellFormed() : null,
    address: remote === undefined ? null : hash(`address ${networkOf(remote)}`).slice(0, 8),
  }
}

/** An address of IPv4 as it is; of IPv6 the first four groups, of which one host has all that follow. */
function networkOf(address: string): string {
  const [, v4] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (v4 !== undefined) return v4
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? []
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = Math.max(0, 8 - groups(head).length - groups(tail).length)
  return [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)].slice(0, 4).join(':')
}
