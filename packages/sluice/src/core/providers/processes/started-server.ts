import { connect } from 'node:net'
import type { ServerStart } from '../../suite/prompt/target.ts'
import type { Env } from '../api-key.ts'
import type { Sleep } from '../clock.ts'
import { tail } from '../excerpt.ts'
import { ProviderError } from '../provider-error.ts'
import { freePort } from './free-port.ts'
import { markOf } from './left-processes.ts'
import { listenersOn, listeningPorts } from './listening-ports.ts'
import { type LongProcess, startLongProcess } from './long-process.ts'

export interface ServerStartOptions {
  start: ServerStart
  /** Address of the application, with `{port}`. */
  url: string
  /** Absolute. */
  cwd: string
  env: Env
  /** Where its process is noted, see `noteProcess`. */
  folder: string | undefined
  fetch: typeof globalThis.fetch
  /** ms since the epoch. */
  clock: () => number
  sleep: Sleep
  mask: (text: string) => string
  /** Ends the start. */
  signal: AbortSignal
}

export interface StartedServer {
  /** The address of the application on this server. */
  url: string
  /** Whether it has ended: then whatever answers at its address is another one. */
  readonly hasEnded: boolean
  /** What happened to the server, with the end of its output; undefined while it runs. Waits a moment for its end. */
  fault(): Promise<string | undefined>
  close(): Promise<void>
}

/** How often a server is started again because another process was faster to take its port. */
const mostPorts = 3
const portTaken = /EADDRINUSE|address already in use/i
/** Pauses between two questions whether the server is ready, in ms: they grow from the first to the last. */
const [shortestPause, longestPause] = [25, 250]
const longestOutput = 1000
/** How long after a broken connection the end of a server may become known, in ms. */
const endsWithinMs = 100

/**
 * Starts a server on a free port and waits until it is ready.
 * @throws ProviderError `unreachable`, fatal: it was not ready in time, has ended, or listens elsewhere
 */
export async function startServer(options: ServerStartOptions): Promise<StartedServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const server = launch(options, port)
    let foreign: string | undefined
    try {
      foreign = await untilReady(options, server, port)
      if (foreign !== undefined) throw notReady(options, server, foreign)
      return {
        url: atPort(options.url, port),
        get hasEnded() {
          return server.child.exitCode !== null || server.child.signalCode !== null
        },
        async fault() {
          await Promise.race([server.ended, options.sleep(endsWithinMs, options.signal).catch(() => undefined)])
          return server.end && `${server.end.how}${outputEnd(server, options)}`
        },
        close: () => server.close(),
      }
    } catch (error) {
      const isTaken = foreign !== undefined || portTaken.test(server.output())
      await server.close()
      if (!isTaken || attempt === mostPorts || options.signal.aborted) throw error
    }
  }
}

function atPort(text: string, port: number): string {
  return text.replaceAll('{port}', String(port))
}

function launch({ start, cwd, env, folder }: ServerStartOptions, port: number): LongProcess {
  const command = start.command.map((word) => atPort(word, port))
  return startLongProcess({ command, cwd, env: { ...env, PORT: String(port) }, folder })
}

function notReady({ start, mask }: ServerStartOptions, server: LongProcess, fault: string): ProviderError {
  const source = `target: ${start.command.join(' ')}`
  return new ProviderError('unreachable', `${source}: ${fault}${outputEnd(server, { mask })}`, { fatal: true })
}

/** Resolves once it is ready; to a fault where it is another process that answers on its port. */
async function untilReady(options: ServerStartOptions, server: LongProcess, port: number): Promise<string | undefined> {
  const { start, signal, clock, sleep } = options
  const until = clock() + start.readyMs
  let pause = shortestPause
  for (;;) {
    if (signal.aborted)
      throw new ProviderError('aborted', `target: ${start.command.join(' ')}: stopped before it was ready`)
    const answer = await askWhetherReady(options, port)
    if (server.end)
      throw notReady(options, server, `${server.end.how} before it was ready; start has to stay in the foreground`)
    if (answer === undefined) return foreignerOn(server, port)
    if (clock() >= until)
      throw notReady(
        options,
        server,
        `not ready within ${start.readyMs} ms: ${answer}${otherPorts(server, port, answer)}; ready.timeoutMs sets the limit`,
      )
    await Promise.race([sleep(pause, signal).catch(() => undefined), server.ended])
    pause = Math.min(longestPause, pause * 1.5)
  }
}

/** Why the server is not ready yet; undefined once it is. */
async function askWhetherReady({ start, url, fetch }: ServerStartOptions, port: number): Promise<string | undefined> {
  const { hostname, origin } = new URL(atPort(url, port))
  if (start.ready === undefined) return portFault(hostname.replace(/^\[|\]$/g, ''), port)
  try {
    const signal = AbortSignal.timeout(Math.min(start.readyMs, 5000))
    const response = await fetch(`${origin}${start.ready}`, { signal, redirect: 'manual' })
    await response.arrayBuffer()
    return response.ok ? undefined : `GET ${start.ready} on port ${port} answered ${response.status}`
  } catch {
    return `GET ${start.ready} on port ${port} has no answer`
  }
}

function portFault(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 })
    const end = (fault: string | undefined) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end(undefined))
    socket.once('error', () => end(`nothing listens on port ${port}`))
    socket.once('timeout', () => end(`port ${port} has no answer`))
  })
}

/**
 * What answers may be another process, which was faster to take the port. A server that listens nowhere itself may have
 * had it done, by what it started elsewhere or e.g. by the daemon of its containers, which is another user's.
 */
function foreignerOn({ child, output, mark }: LongProcess, port: number): string | undefined {
  const ports = listeningPorts(child.pid ?? 0)
  if (ports === null || ports.includes(port)) return undefined
  const fault = `another process answers on port ${port}`
  if (ports.length > 0) return `${fault}, while this one listens on ${ports.join(', ')}`
  const isForeign = listenersOn(port).some((pid) => markOf(pid) !== mark)
  return isForeign || portTaken.test(output()) ? fault : undefined
}

function otherPorts({ child }: LongProcess, port: number, answer: string): string {
  const all = listeningPorts(child.pid ?? 0) ?? []
  if (all.includes(port))
    return / answered \d+$/.test(answer)
      ? ''
      : '. It listens on this port, but at another address: 127.0.0.1 is not ::1'
  const ports = all.filter((each) => each !== port)
  if (ports.length === 0) return ''
  const way = 'it has to take its port from PORT, or from {port} in its arguments'
  return `. It listens on port ${ports.join(', ')}: ${way}`
}

function outputEnd({ output }: LongProcess, { mask }: Pick<ServerStartOptions, 'mask'>): string {
  const text = output().trim()
  return text === '' ? '; it has written nothing' : `; its output ends: ${tail(text, mask, longestOutput)}`
}
