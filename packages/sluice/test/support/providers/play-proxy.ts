import { createServer, type RequestListener, request, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Of a key that protects nothing: for servers of tests, which are reached without a check of who they are. */
export const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgX0yGM5NCFCIjqxfe
l2XMjosbiLpaSY+6l4frk0UtPq+hRANCAASWIS5avYEQNMNipoZeL6MikyKDTmoi
dKGwTrwqn4TcontCm+W6gcmIQ7XTdU6zb98yIqQioSH/o/WpB4IgU98Y
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBvDCCAWKgAwIBAgIUFboLoFzdKs9o/ZsUtO/3TUl6phkwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQbW9kZWxzLmNvcnAudGVzdDAgFw0yNjExMjUyMTM5MjlaGA8y
MTI2MTEwMTIxMzkyOVowGzEZMBcGA1UEAwwQbW9kZWxzLmNvcnAudGVzdDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABJYhLlq9gRA0w2Kmhl4voyKTIoNOaiJ0obBO
vCqfhNyie0Kb5bqByYhDtdN1TrNv3zIipCKhIf+j9akHgiBT3xijgYEwfzAdBgNV
HQ4EFgQUBf5C9Se0ZJzDIOAhGcgIzwCJlYgwHwYDVR0jBBgwFoAUBf5C9Se0ZJzD
IOAhGcgIzwCJlYgwDwYDVR0TAQH/BAUwAwEB/zAsBgNVHREEJTAjghBtb2RlbHMu
Y29ycC50ZXN0gglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhANCL
4+Ltt1tOojeLu+Rq0Tx7QIWsBsZEkbNc6bU456blAiBmi5I+5ZyQYD3oFbm0QlNZ
ceTPeRaD5a/ER8UWuF7vww==
-----END CERTIFICATE-----`,
}

export interface PlayedProxy extends AsyncDisposable {
  /** Without user and password. */
  url: string
  host: string
  /** `CONNECT host:port`, or the method and the whole address. */
  seen: string[]
  /** The `Proxy-Authorization` of each. */
  credentials: (string | undefined)[]
}

export interface ProxyOptions {
  /** Where everything ends up, whatever host was asked for. */
  upstream: number
  isSecure?: boolean
  /** Refuses everything with this status. */
  refuse?: number
}

/** A real forward proxy. */
export async function playProxy({ upstream, isSecure = false, refuse }: ProxyOptions): Promise<PlayedProxy> {
  const seen: string[] = []
  const credentials: PlayedProxy['credentials'] = []
  const sockets = new Set<Socket | Duplex>()
  const pass: RequestListener = (asked, response) => {
    seen.push(`${asked.method} ${asked.url}`)
    credentials.push(asked.headers['proxy-authorization'])
    if (refuse !== undefined) return response.writeHead(refuse).end('said the proxy')
    const { pathname, search } = new URL(asked.url ?? '')
    const passed = request(
      { port: upstream, path: pathname + search, method: asked.method, headers: asked.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      },
    )
    passed.on('error', () => response.destroy())
    asked.pipe(passed)
  }
  const server: Server = isSecure ? createSecureServer(certificate, pass) : createServer(pass)
  server.on('connect', (asked, socket: Duplex) => {
    seen.push(`CONNECT ${asked.url}`)
    credentials.push(asked.headers['proxy-authorization'])
    if (refuse !== undefined) return socket.end(`HTTP/1.1 ${refuse} no\r\n\r\n`)
    const through = connect(upstream, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
    for (const each of [socket, through]) {
      sockets.add(each)
      each.on('error', () => each.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${isSecure ? 'https' : 'http'}://${host}`,
    host,
    seen,
    credentials,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
