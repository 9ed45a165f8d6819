import type { Host } from './host.ts'

const graceMs = 10_000

/** The two ways a run is stopped from outside. */
export interface Interrupt {
  /** Nothing new is asked for; what is under way may finish, since it is paid for. */
  stop: AbortSignal
  /** Calls under way are cut off. */
  abort: AbortSignal
  /** 130 after Ctrl-C, 143 after SIGTERM, undefined when the run was left alone. */
  exitCode(): number | undefined
  dispose(): void
}

/** First Ctrl-C or SIGTERM: stop, and abort after 10 s. Second: abort at once. */
export function listenForInterrupt(host: Host): Interrupt {
  const stop = new AbortController()
  const abort = new AbortController()
  let exitCode: number | undefined
  let timer: NodeJS.Timeout | undefined
  const stopWith = (code: number) => () => {
    if (stop.signal.aborted) return abort.abort()
    exitCode = code
    host.stderr.write('\nStopping: waiting for answers that are already under way (again to stop at once).\n')
    stop.abort()
    timer = setTimeout(() => abort.abort(), graceMs).unref()
  }
  const onInt = stopWith(130)
  const onTerm = stopWith(143)
  host.on('SIGINT', onInt)
  host.on('SIGTERM', onTerm)
  return {
    stop: stop.signal,
    abort: abort.signal,
    exitCode: () => exitCode,
    dispose() {
      clearTimeout(timer)
      host.off('SIGINT', onInt)
      host.off('SIGTERM', onTerm)
    },
  }
}
