import type { Agent, IncomingMessage, RequestOptions, request } from 'node:http'
import type { Env } from '../api-key.ts'
import { acceptedEncodings, decodeBody, longestBody } from './decode-body.ts'
import { http, https } from './node-http.ts'
import { type ForwardProxy, ProxyError, proxyFor, proxyHeader, proxyHeaders } from './proxy.ts'
import { createTunnelAgent } from './tunnel.ts'

export interface LeanFetchOptions {
  /** Names the proxies. */
  env: Env
  /** Used for requests with a body that is not text. */
  fetch?: typeof globalThis.fetch
}

/** How the requests to one origin are sent. */
interface Way {
  send: typeof request
  /** The options of a request to this address. */
  options(url: URL): RequestOptions
  /** A proxy that forwards the request, and may answer itself. */
  proxy: ForwardProxy | undefined
}

/** Statuses with which a `Response` may have no body. */
const bodiless = new Set([204, 205, 304])

/**
 * A `fetch` for model calls: a text is sent and a text received, over kept-alive HTTP/1.1, through the proxy that the
 * environment names. It follows no redirects, and resolves when the whole body is received and decoded. At 50 calls in
 * flight Node's own fetch takes three times the CPU time a call, which slows a run down. It is only used for bodies
 * that are not text.
 */
export function createLeanFetch({ env, fetch = globalThis.fetch }: LeanFetchOptions): typeof globalThis.fetch {
  const direct = directAgents()
  const ways = new Map<string, Way>()
  const wayTo = (url: URL): Way => {
    const way = ways.get(url.origin) ?? createWay(proxyFor(url, env), url, direct)
    ways.set(url.origin, way)
    return way
  }
  return async (input, init = {}) => {
    const { body, signal, method = 'GET', headers, redirect } = init
    if (input instanceof Request || (body != null && typeof body !== 'string')) return fetch(input, init)
    const url = new URL(input)
    const way = wayTo(url)
    const { headers: added, ...options } = way.options(url)
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(signal?.aborted ? signal.reason : error)
      const all = {
        'accept-encoding': acceptedEncodings,
        ...Object.fromEntries(new Headers(headers)),
        ...added,
        ...(typeof body === 'string' && { 'content-length': Buffer.byteLength(body) }),
      }
      const sent = way.send(url, { method, ...options, headers: all, ...(signal && { signal }) }, (answer) => {
        const { statusCode = 0 } = answer
        if (redirect === 'error' && statusCode >= 300 && statusCode <= 399 && answer.headers.location !== undefined)
          return sent.destroy(new Error('the answer is a redirect, which is not followed'))
        responseOf(answer, way.proxy).then(resolve, fail)
      })
      sent.on('error', (error) => fail(way.proxy ? asProxyFault(way.proxy, error) : error))
      sent.end(body ?? undefined)
    })
  }
}

type Agents = (protocol: string) => Agent

/** One agent for each protocol, made when it is needed first. */
function directAgents(): Agents {
  const made = new Map<string, Agent>()
  return (protocol) => {
    const agent = made.get(protocol) ?? new (moduleOf(protocol).Agent)({ keepAlive: true })
    made.set(protocol, agent)
    return agent
  }
}

function moduleOf(protocol: string): Pick<typeof http, 'Agent' | 'request'> {
  return protocol === 'https:' ? https() : http
}

function createWay(proxy: ForwardProxy | undefined, { protocol }: URL, direct: Agents): Way {
  const { request: send } = moduleOf(protocol)
  if (!proxy) {
    const agent = direct(protocol)
    return { send, options: () => ({ agent }), proxy: undefined }
  }
  if (protocol === 'https:') {
    const agent = createTunnelAgent(proxy)
    return { send, options: () => ({ agent }), proxy: undefined }
  }
  const { hostname, port, protocol: toProxy } = proxy.url
  const agent = direct(toProxy)
  return {
    send: moduleOf(toProxy).request,
    options: ({ origin, pathname, search, host }) => ({
      agent,
      protocol: toProxy,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port || (toProxy === 'https:' ? 443 : 80),
      // A proxy needs the whole address.
      path: origin + pathname + search,
      headers: { host, ...proxyHeaders(proxy) },
    }),
    proxy,
  }
}

/** The error of a proxy that cannot be reached. A closed connection may be the server's fault, so it stays as it is. */
function asProxyFault(proxy: ForwardProxy, cause: Error): Error {
  const code = 'code' in cause ? String(cause.code) : ''
  return /^(?:ECONNRESET|EPIPE|ABORT_ERR)$/.test(code)
    ? cause
    : new ProxyError(proxy, `cannot be reached (${code || cause.message})`, { cause })
}

async function responseOf(answer: IncomingMessage, proxy: ForwardProxy | undefined): Promise<Response> {
  const { statusCode = 0, statusMessage = '' } = answer
  const { 'content-encoding': encoding, 'content-length': _, ...headers } = answer.headers
  const bytes = await readAll(answer)
  if (proxy && statusCode === 407) throw new ProxyError(proxy, 'answered 407', { status: 407 })
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  if (proxy) pairs.push([proxyHeader, proxy.url.origin])
  const body = bodiless.has(statusCode)
    ? null
    : new Uint8Array(encoding === undefined ? bytes : await decodeBody(bytes, encoding))
  return new Response(body, { status: statusCode, statusText: statusMessage, headers: pairs })
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += (chunk as Buffer).length
    // The error ends the loop, which closes the connection.
    if (length > longestBody) throw new Error(`the body is longer than ${longestBody / 1024 ** 2} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
