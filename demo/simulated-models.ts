import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a simulated model answers to the texts of the system and of the user; `turn` counts how often it was asked them. */
export type SimulatedModel = (asked: { system: string; user: string; turn: number }) => string

/** Serves models by their names on loopback, in the form of Chat Completions. */
export async function startSimulatedModels(models: Record<string, SimulatedModel>) {
  const turns = new Map<string, number>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { messages, model } = JSON.parse(body) as { messages: { content: string }[]; model: string }
    const [system = '', user = ''] = messages.map(({ content }) => content)
    const key = `${model}\0${system}\0${user}`
    const turn = turns.get(key) ?? 0
    turns.set(key, turn + 1)
    const content = models[model]?.({ system, user, turn })
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        ...{ id: 'x', object: 'chat.completion', created: 0, model },
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
        usage: { prompt_tokens: 1100, completion_tokens: 150, total_tokens: 1250 },
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => server.close() }
}
