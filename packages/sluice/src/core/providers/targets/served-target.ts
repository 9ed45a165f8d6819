import { withoutCredentials } from '../../../masking/secret-names.ts'
import type { ServerStart, Target } from '../../suite/prompt/target.ts'
import { sleep as realSleep, steadyNow } from '../clock.ts'
import { createLeanFetch } from '../http/lean-fetch.ts'
import { startServer } from '../processes/started-server.ts'
import { ProviderError } from '../provider-error.ts'
import { createHttpTarget } from './http-target.ts'
import { maskOf, type OpenTarget, type TargetCall, type TargetOptions } from './target-call.ts'
import { processVariables } from './target-environment.ts'

type HttpTarget = Extract<Target, { kind: 'http' }>

/** Starts the server of the application with the first call, and ends it when it is closed. */
export function createServedTarget(target: HttpTarget, start: ServerStart, options: TargetOptions): OpenTarget {
  const { env, plainEnv = withoutCredentials(env, []), fetch = createLeanFetch({ env }) } = options
  const { clock = steadyNow, sleep = realSleep } = options
  const closing = new AbortController()
  const begin = async (signal: AbortSignal) => {
    const server = await startServer({
      start,
      url: target.url,
      cwd: target.cwd ?? '.',
      env: { ...plainEnv, ...processVariables(target, options) },
      folder: options.processFolder,
      fetch,
      clock,
      sleep,
      mask: maskOf(options),
      signal,
    })
    return { server, ask: createHttpTarget({ ...target, url: server.url }, options) }
  }
  let begun: ReturnType<typeof begin> | undefined
  const opened = (signal: AbortSignal) => {
    begun ??= begin(AbortSignal.any([signal, closing.signal, ...(options.stop ? [options.stop] : [])]))
    return begun
  }
  const call: TargetCall = async (vars, context) => {
    const { server, ask } = await opened(context.signal)
    const lost = (fault: string, cause?: unknown) =>
      new ProviderError('unreachable', `target: ${start.command.join(' ')}: the server ${fault}`, {
        fatal: true,
        cause,
      })
    const completion = await ask(vars, context).catch(async (cause: unknown) => {
      const isLost = cause instanceof ProviderError && cause.kind === 'unreachable'
      const fault = isLost ? await server.fault() : undefined
      throw fault === undefined ? cause : lost(fault, cause)
    })
    if (!server.hasEnded) return completion
    throw lost(`${await server.fault()}; nothing tells what has answered since`)
  }
  return Object.assign(call, {
    async open() {
      await opened(closing.signal)
    },
    async close() {
      closing.abort()
      const started = await begun?.catch(() => undefined)
      await started?.server.close()
    },
  })
}
