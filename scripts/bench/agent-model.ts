// A model that calls a tool seven times, each with the number of the call, and then answers. Usage: agent-model.ts
import { createServer } from 'node:http'

const calls = 7

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { messages } = JSON.parse(body) as { messages: { role: string }[] }
  const made = messages.filter(({ role }) => role === 'tool').length
  const message = made < calls ? { role: 'assistant', content: null, tool_calls: [callOf(made)] } : answer
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      ...{ id: 'x', object: 'chat.completion', created: 0, model: 'agent' },
      choices: [{ index: 0, message, finish_reason: made < calls ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    }),
  )
})
const answer = { role: 'assistant', content: 'Done.' }

function callOf(number: number) {
  return {
    id: `call-${number}`,
    type: 'function',
    function: { name: 'look_up', arguments: JSON.stringify({ order: number }) },
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(address.port)
})
