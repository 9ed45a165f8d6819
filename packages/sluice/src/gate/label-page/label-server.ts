import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { PageAssets } from '../../bundled-page.ts'
import { errorMessage, SluiceError } from '../../errors.ts'
import { type Labelling, labelActions } from '../labels/labelling.ts'
import { labelPage } from './page.ts'

export interface LabelServerOptions {
  feature: string
  labeller: string
  labelling: Labelling
  /** How much is still needed, with the labels of everybody: one line each. */
  progress: () => readonly string[]
  assets: PageAssets
  /** Nobody but who is told the address can guess it. */
  token: string
  /** 0 for any that is free. */
  port: number
}

export interface LabelServer {
  url: string
  close(): Promise<void>
}

const address = '127.0.0.1'
const largestBody = 1000

/** The page may load its own script and style and nothing else, and nobody may show it inside another page. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // With `no-referrer` a browser would send no origin with a form either.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const answerSchema = z.object({ action: z.enum(labelActions), position: z.coerce.number().int() })

/**
 * Serves the page for labels on this machine alone.
 * @throws SluiceError `cannot-run` if the port is not usable
 */
export async function startLabelServer(options: LabelServerOptions): Promise<LabelServer> {
  const { port, token } = options
  const server = createServer((request, response) => {
    answerRequest(options, request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', errorMessage(error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new SluiceError('cannot-run', `cannot listen on ${address}:${port}: ${cause.message}. Choose another --port`, {
          cause,
        }),
      ),
    )
    server.listen(port, address, resolve)
  })
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answerRequest(
  { feature, labeller, labelling, progress, assets, token }: LabelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Another name that leads to this machine is a page of somebody else that tries to reach it.
  const own = `${address}:${request.socket.localPort}`
  if (request.headers.host !== own) return send(response, 421, 'text/plain', `Open http://${own}/ with the given path.`)
  const [, given = '', file = '', ...rest] = (request.url ?? '').split('/')
  if (!isSame(given, token) || rest.length > 0) return send(response, 404, 'text/plain', 'There is no such page.')
  const page = (status: number, fault?: string) => {
    const text = labelPage({ feature, labeller, view: labelling.view(), progress: progress(), fault })
    send(response, status, 'text/html', text)
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (file === '') return page(200)
    if (file === 'page.js') return send(response, 200, 'text/javascript', assets.script)
    if (file === 'page.css') return send(response, 200, 'text/css', assets.style)
    return send(response, 404, 'text/plain', 'There is no such page.')
  }
  if (request.method !== 'POST' || file !== 'answer') return send(response, 405, 'text/plain', 'Not possible here.')
  if (request.headers.origin !== `http://${own}`) return send(response, 403, 'text/plain', 'This is not from the page.')
  const body = await bodyOf(request)
  const read = answerSchema.safeParse(Object.fromEntries(new URLSearchParams(body)))
  if (!read.success) return send(response, 400, 'text/plain', 'This is no answer.')
  try {
    const isDone = await labelling.act(read.data.action, read.data.position)
    if (!isDone) return page(409, 'The page showed another question than the one below. Nothing was written.')
  } catch (error) {
    return page(500, `Nothing was written. ${errorMessage(error)}`)
  }
  response.writeHead(303, { ...headers, location: './' }).end()
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(text)
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > largestBody) throw new Error('The request is too large.')
  }
  return text
}
