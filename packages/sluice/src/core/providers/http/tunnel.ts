import type { Agent as SecureAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { http, https, tls } from './node-http.ts'
import { type ForwardProxy, ProxyError, proxyHeaders } from './proxy.ts'

const longestConnectMs = 30_000

/** An agent for connections through a proxy's tunnel (CONNECT), so that the proxy sees no content. */
export function createTunnelAgent(proxy: ForwardProxy): SecureAgent {
  const agent = new (https().Agent)({ keepAlive: true })
  agent.createConnection = (options, callback) => {
    const secure = options as ConnectionOptions & { host: string; port: number }
    openTunnel(proxy, secure.host, Number(secure.port)).then(
      (socket) => callback?.(null, tls().connect({ ...secure, socket })),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    )
    return undefined
  }
  return agent
}

function openTunnel(proxy: ForwardProxy, host: string, port: number): Promise<Duplex> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const request = (proxy.url.protocol === 'https:' ? https() : http).request(proxy.url, {
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: { host: target, ...proxyHeaders(proxy) },
    })
    const fail = (fault: string, options?: ConstructorParameters<typeof ProxyError>[2]) => {
      reject(new ProxyError(proxy, fault, options))
      request.destroy()
    }
    request.setTimeout(longestConnectMs, () =>
      fail(`did not open a tunnel to ${target} in ${longestConnectMs / 1000} s`),
    )
    request.once('connect', ({ statusCode: status = 0, statusMessage = '' }, socket: Duplex) => {
      request.setTimeout(0)
      if (status >= 200 && status <= 299) return resolve(socket)
      socket.destroy()
      fail(`answered ${`${status} ${statusMessage}`.trim()} when asked for ${target}`, { status })
    })
    request.once('response', ({ statusCode: status = 0 }) =>
      fail(`answered ${status} when asked for ${target}`, { status }),
    )
    request.once('error', (cause) => fail(`cannot be reached (${codeOf(cause)})`, { cause }))
    request.end()
  })
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message
}
