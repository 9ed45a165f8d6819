import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A server on loopback that keeps what it is sent. */
export interface FakeReceiver extends AsyncDisposable {
  url: string
  received: Received[]
}

/** `answer` gives the status for each request, counted from 0, and headers if any. */
export async function fakeReceiver(
  answer: (index: number, request: Received) => number | [number, Record<string, string>] = () => 200,
): Promise<FakeReceiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const message = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
    received.push(message)
    const decided = answer(received.length - 1, message)
    const [status, headers] = typeof decided === 'number' ? [decided, {}] : decided
    response.writeHead(status, headers).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
