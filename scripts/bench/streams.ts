// Many event streams over bare sockets, so that what is measured is the server and not a client.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Streams {
  /** When the next event has arrived at each connection, whole, by `performance.now()`. */
  next(): Promise<number[]>
  close(): void
}

/** Resolves once each connection has its first snapshot. `prefer`: as clients ask, `changes`, or not. */
export async function listenToStreams(
  url: string,
  token: string,
  { count, prefer }: { count: number; prefer?: 'changes' },
): Promise<Streams> {
  const { hostname, port } = new URL(url)
  const sockets: Socket[] = []
  let arrivals: number[] = []
  let done: (times: number[]) => void = () => undefined
  const next = () => {
    arrivals = []
    return new Promise<number[]>((resolve) => {
      done = resolve
    })
  }
  const first = next()
  const asks = prefer ? `prefer: ${prefer}\r\n` : ''
  for (let index = 0; index < count; index += 1) {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    let begun = false
    socket.on('data', (data) => {
      begun ||= data.includes('event: ')
      if (!begun || !data.subarray(-8).includes('\n\n')) return
      begun = false
      arrivals.push(performance.now())
      if (arrivals.length === count) done(arrivals)
    })
    socket.write(`GET /v1/stream HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\n${asks}\r\n`)
    sockets.push(socket)
  }
  await first
  return {
    next,
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
