import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { allProcesses, membersOfGroup } from './process-group.ts'

/**
 * The TCP ports on which processes of a group listen, in ascending order; null where nobody can tell, as outside of
 * Linux.
 */
export function listeningPorts(group: number): number[] | null {
  const sockets = listeningSockets()
  if (sockets === null) return null
  const ports = membersOfGroup(group).flatMap((pid) => socketsOf(pid).flatMap((inode) => sockets.get(inode) ?? []))
  return [...new Set(ports)].sort((a, b) => a - b)
}

/** The processes that listen on a TCP port, as far as they can be seen: those of other users cannot. */
export function listenersOn(port: number): number[] {
  const sockets = listeningSockets() ?? new Map<string, number>()
  return allProcesses().filter((pid) => socketsOf(pid).some((inode) => sockets.get(inode) === port))
}

/** The ports of all listening sockets of the machine, by the number of the socket. */
function listeningSockets(): Map<string, number> | null {
  const found = new Map<string, number>()
  let isKnown = false
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
        if (state === listening) found.set(inode, Number.parseInt(local.split(':')[1] ?? '', 16))
      }
      isKnown = true
    } catch {
      // There is no such table, e.g. where IPv6 is switched off.
    }
  }
  return isKnown ? found : null
}

/** TCP_LISTEN of the kernel's include/net/tcp_states.h. */
const listening = '0A'

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}
