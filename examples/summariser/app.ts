/** Summarises e-mails over HTTP. Which prompt and model a user gets is decided by the control plane, without a deploy. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { type Feedback, type RequestReference, SluiceClient } from '@sluice/client'
import { callModel } from './model.ts'

const { PORT = '3000', SLUICE_URL = 'http://127.0.0.1:4050', SLUICE_TOKEN = '', INSTANCE } = process.env

const sluice = new SluiceClient({
  url: SLUICE_URL,
  token: SLUICE_TOKEN,
  bootstrap: 'sluice-snapshot.json',
  ...(INSTANCE && { instance: INSTANCE }),
  onDiagnostic: ({ level, code, message }) => level === 'warn' && console.error(`sluice: ${code}: ${message}`),
})

/** `{user, email}` -> `{summary, version, reference}`; the page sends the reference back with what the user thinks. */
async function summarise(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { user, email } = (await json(request)) as { user: string; email: string }
  const route = sluice.route('email-summary', user)
  const { prompt } = route
  if (!prompt) return answer(response, 503, { error: 'no prompt is known yet: activate a version' })
  const result = await route.run(
    () => callModel(prompt, prompt.render({ email })),
    ({ text, inputTokens, outputTokens }) => ({ input: { email }, output: text, inputTokens, outputTokens }),
  )
  route.done()
  answer(response, 200, { summary: result.text, version: route.version, reference: route.reference() })
}

/** `{reference, thumb}` */
async function feedback(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { reference, ...opinion } = (await json(request)) as { reference: RequestReference } & Feedback
  sluice.feedback(reference, opinion)
  answer(response, 202, {})
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const routes = new Map([
  ['POST /summarise', summarise],
  ['POST /feedback', feedback],
])

const server = createServer((request, response) => {
  const handle = routes.get(`${request.method} ${request.url}`)
  if (!handle) return answer(response, 404, { error: 'not found' })
  handle(request, response).catch((error: Error) => answer(response, 500, { error: error.message }))
})

await sluice.ready()
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)
process.once('SIGTERM', () => server.close(() => void sluice.close()))
