import type { StopSignals } from '../../gate/run/session.ts'
import { listenForStopSignals } from '../../stop-signals.ts'
import type { Host } from '../host.ts'

const graceMs = 10_000

export interface Interrupt extends StopSignals {
  dispose(): void
}

/**
 * First Ctrl-C or SIGTERM: stop, and abort after 10 s. Second: abort at once. A third meets Node's own handling, which
 * ends the process whatever it is doing.
 */
export function listenForInterrupt(host: Pick<Host, 'stderr' | 'on' | 'off'>, now?: () => number): Interrupt {
  const stop = new AbortController()
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const heard = () => {
    if (stop.signal.aborted) {
      listener.stop()
      return abort.abort()
    }
    host.stderr.write('\nStopping: waiting for answers that are already under way (again to stop at once).\n')
    stop.abort()
    timer = setTimeout(() => abort.abort(), graceMs).unref()
  }
  const listener = listenForStopSignals(host, heard, now)
  return {
    stop: stop.signal,
    abort: abort.signal,
    dispose() {
      clearTimeout(timer)
      listener.dispose()
    },
  }
}

/** For a command that goes on until Ctrl-C or SIGTERM, which aborts `signal`. */
export function listenForStop(host: Pick<Host, 'on' | 'off'>): { signal: AbortSignal; dispose(): void } {
  const stop = new AbortController()
  const { dispose } = listenForStopSignals(host, () => stop.abort())
  return { signal: stop.signal, dispose }
}
