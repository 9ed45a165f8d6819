import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** The open connections of a server, told apart by whether a request is under way. */
export interface Connections {
  /** Closes those without a request, also those that have not sent one yet, which Node counts as busy. */
  closeIdle(): void
}

export function trackConnections(server: Server): Connections {
  const open = new Set<Socket>()
  const busy = new Map<Socket, number>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    busy.set(socket, (busy.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left === 0) busy.delete(socket)
      else busy.set(socket, left)
    })
  })
  return {
    closeIdle() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy()
    },
  }
}
