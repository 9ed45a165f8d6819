import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { SluiceError } from '../../../errors.ts'
import type { NodeExchange } from './answer.ts'

/** Time limits in ms, as a protection against clients that are slow on purpose. */
export interface ServerLimits {
  /** For the head of a request. */
  headersMs: number
  /** For a whole request. Streams are responses and not limited. */
  requestMs: number
  /** How often connections are checked. */
  checkMs: number
  maxConnections: number
  /** How long open requests may still take once the server closes. */
  graceMs: number
}

export const defaultServerLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1000,
  maxConnections: 20_000,
  graceMs: 10_000,
}

const idleCheckMs = 20

/** What the server serves. */
interface Served {
  fetch(request: Request, node: NodeExchange): Promise<Response>
  /** From now on the readiness check fails, since the server shuts down. */
  drain(): void
  /** Ends the streams, which would not end by themselves. */
  close(): void
}

export interface Listening {
  url: string
  /** Accepts no new requests, ends the streams with a hint when to reconnect, and lets open requests finish. */
  close(): Promise<void>
}

/**
 * Serves requests over HTTP.
 * @throws SluiceError `cannot-run` if the address is not usable
 */
export async function listen(
  served: Served,
  { host, port }: { host: string; port: number },
  limits: ServerLimits = defaultServerLimits,
): Promise<Listening> {
  const server = createNodeServer(served, limits)
  const connections = trackConnections(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unusable(host, port, cause)))
    server.listen(port, host, resolve)
  })
  server.on('error', () => undefined)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () => closeServer(server, connections, served, limits),
  }
}

function createNodeServer(served: Served, limits: ServerLimits): Server {
  const answer = getRequestListener(
    (request, env) => {
      return served.fetch(request, {
        incoming: env.incoming as IncomingMessage,
        outgoing: env.outgoing as ServerResponse,
      })
    },
    { overrideGlobalObjects: false },
  )
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: 65_000,
  })
  server.maxConnections = limits.maxConnections
  server.on('request', (incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  return server
}

async function closeServer(
  server: Server,
  connections: Connections,
  served: Served,
  { graceMs }: ServerLimits,
): Promise<void> {
  served.drain()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  served.close()
  // A connection that becomes idle only now would stay open for further requests.
  const idle = setInterval(() => connections.closeIdle(), idleCheckMs)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

function unusable(host: string, port: number, cause: Error): SluiceError {
  const reason = 'code' in cause && cause.code === 'EADDRINUSE' ? 'the address is in use' : cause.message
  const message = `cannot listen on ${host}:${port}: ${reason}. Choose another address with --port or --host`
  return new SluiceError('cannot-run', message, { cause })
}

/** The open connections of a server: those with a request under way, and idle ones. */
interface Connections {
  /**
   * Closes connections without a request. Node counts a connection that has sent none yet as busy; it is closed too.
   */
  closeIdle(): void
}

function trackConnections(server: Server): Connections {
  const open = new Set<Socket>()
  const busy = new Map<Socket, number>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    busy.set(socket, (busy.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left === 0) busy.delete(socket)
      else busy.set(socket, left)
    })
  })
  return {
    closeIdle() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy()
    },
  }
}
