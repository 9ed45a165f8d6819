import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Between applications and the control plane, which changes its port when it starts anew. */
export interface Proxy {
  url: string
  /** Where connections go from now on. */
  forwardTo(url: string): void
  /** Breaks every connection. */
  cut(): void
  close(): void
}

export async function startProxy(): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let port = 0
  const server = createServer((inside) => {
    const outside = connect(port, '127.0.0.1')
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    inside.pipe(outside).pipe(inside)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo(url) {
      port = Number(new URL(url).port)
    },
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
