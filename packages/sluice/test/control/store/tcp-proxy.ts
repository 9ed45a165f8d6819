import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server of this machine. */
export interface TcpProxy extends AsyncDisposable {
  port: number
  /** From now on every byte is swallowed, both ways, and nobody hangs up: as when a network has gone. */
  fallSilent(): void
  /** What is said anew gets through again. */
  speakAgain(): void
}

/**
 * @param heard told of each piece that a client sends, after it was passed on
 * @param answer what becomes of each piece that the server sends
 */
export async function tcpProxy(
  target: number,
  { heard = () => {}, answer = same }: { heard?: (piece: Buffer) => void; answer?: (piece: Buffer) => Buffer } = {},
): Promise<TcpProxy> {
  let isSilent = false
  const sockets = new Set<Socket>()
  const server = createServer((inside) => {
    const outside = connect(target, '127.0.0.1')
    for (const [from, to, pass] of [
      [inside, outside, same],
      [outside, inside, answer],
    ] as const) {
      sockets.add(from)
      from.on('data', (piece: Buffer) => {
        if (isSilent) return
        to.write(pass(piece))
        if (from === inside) heard(piece)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        if (!isSilent) to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent() {
      isSilent = true
    },
    speakAgain() {
      isSilent = false
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function same(piece: Buffer): Buffer {
  return piece
}
