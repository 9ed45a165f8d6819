import { visibleLine } from '../../../text/untrusted.ts'
import type { NodeExchange } from '../http/answer.ts'
import { reportingInstance } from '../instances/register-instance.ts'

/** Where a report comes from, in the form in which it is logged. */
export interface ReportOrigin {
  /** Name of the instance and the beginning of its process id, which distinguishes instances of the same name. */
  instance: string | null
  /** Keyed hash of the sender's address, 8 hex digits. */
  address: string | null
}

const most = { name: 40, process: 8 }

/**
 * The process of `Sluice-Instance`, and the socket's address. Headers that name an address are not used, since anybody
 * can set them.
 */
export function originOf(
  request: Request,
  node: NodeExchange | undefined,
  hash: (text: string) => string,
): ReportOrigin {
  const reporting = reportingInstance(request)
  const remote = node?.incoming.socket.remoteAddress
  const name = reporting && visibleLine(reporting.instance.slice(0, most.name)).slice(0, most.name)
  return {
    instance: reporting ? `${name} ${reporting.process.slice(0, most.process)}`.toWellFormed() : null,
    address: remote === undefined ? null : hash(`address ${networkOf(remote)}`).slice(0, 8),
  }
}

/**
 * An IPv4 address unchanged; of an IPv6 address the first four groups, since one host usually has all addresses below
 * them.
 */
function networkOf(address: string): string {
  const [, v4] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (v4 !== undefined) return v4
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? []
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = Math.max(0, 8 - groups(head).length - groups(tail).length)
  return [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)].slice(0, 4).join(':')
}
