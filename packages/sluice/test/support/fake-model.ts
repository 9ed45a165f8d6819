import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The part of a chat-completions request that fakes look at. */
export interface ChatRequest {
  model: string
  messages: { role: string; content: string }[]
  response_format?: { type: string; json_schema?: { schema: { properties: Record<string, unknown> } } }
}

/** An answer, or anything else that a server may do. */
export type Reply =
  | string
  | CountedAnswer
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'hang'

/** An answer with the tokens that the provider counts for it. */
export interface CountedAnswer {
  content: string
  inputTokens: number
  outputTokens: number
}

export interface FakeModel extends AsyncDisposable {
  /** The base URL of an OpenAI-compatible API. */
  url: string
  requests: ChatRequest[]
  /** Connections that are open; with none, everything that a killed client sent has been read. */
  connections(): number
}

/** A model on loopback that answers as `reply` says. */
export async function fakeModel(
  reply: (request: ChatRequest, index: number) => Reply | Promise<Reply>,
): Promise<FakeModel> {
  const requests: ChatRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      // A client that was killed in the middle of its request is no fault of the model.
      if (!request.destroyed || request.complete) throw error
    })
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest
    requests.push(body)
    const decided = await reply(body, requests.length - 1)
    if (decided === 'hang') return
    if (typeof decided === 'object' && 'status' in decided) {
      response.writeHead(decided.status, { 'content-type': 'application/json', ...decided.headers })
      response.end(decided.body ?? '{}')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    const counted = typeof decided === 'string' ? { content: decided, inputTokens: 100, outputTokens: 20 } : decided
    response.end(JSON.stringify(chatCompletion(body.model, counted)))
  }
  let connections = 0
  server.on('connection', (socket) => {
    connections += 1
    socket.on('close', () => {
      connections -= 1
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function chatCompletion(model: string, { content, inputTokens, outputTokens }: CountedAnswer) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
  }
}

/** Whether a request asks a judge, in whatever format. */
export function isJudgeRequest(request: ChatRequest): boolean {
  return request.response_format?.type === 'json_schema' || textOf(request).includes('<<<BEGIN OUTPUT')
}

/** The text of a request, as one string. */
export function textOf(request: ChatRequest): string {
  return request.messages.map((message) => message.content).join('\n')
}

/** A judge's answer with the given verdict for each rubric item. */
export function judgement(verdicts: Record<string, 'yes' | 'no' | 'cannot_tell'>, evidence = ''): string {
  const items = Object.entries(verdicts).map(([id, verdict]) => ({
    id,
    evidence,
    reasoning: `Because of ${id}.`,
    verdict,
  }))
  return JSON.stringify({ items })
}
