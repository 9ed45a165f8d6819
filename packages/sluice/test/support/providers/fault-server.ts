import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  url: string
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

/** What the server does with one request. */
export type Play = (response: ServerResponse, request: SeenRequest, index: number) => void | Promise<void>

export interface FaultServer extends AsyncDisposable {
  url: string
  requests: SeenRequest[]
  maxInFlight: number
}

/** A real HTTP server that plays whatever a provider may do. */
export async function faultServer(play: Play): Promise<FaultServer> {
  const requests: SeenRequest[] = []
  let inFlight = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const seen = {
      url: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString() || '{}'),
    }
    inFlight += 1
    result.maxInFlight = Math.max(result.maxInFlight, inFlight)
    response.on('close', () => {
      inFlight -= 1
    })
    requests.push(seen)
    await play(response, seen, requests.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const result = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    maxInFlight: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return result
}

/** A loopback URL on which nobody listens. */
export async function deadUrl(): Promise<string> {
  await using server = await faultServer(() => {})
  return server.url
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Play {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

export function text(body: string, status = 200, headers: Record<string, string> = {}): Play {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
  }
}

/** A chat completion in the OpenAI wire format. */
export function chat(content: string, usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }): Play {
  return json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'served-1',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage,
  })
}

/** Plays one after the other; the last one for ever. */
export function inTurn(...plays: Play[]): Play {
  return (response, request, index) => plays[Math.min(index, plays.length - 1)]?.(response, request, index)
}
