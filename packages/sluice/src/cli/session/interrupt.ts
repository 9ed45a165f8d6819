import type { StopSignals } from '../../gate/run/session.ts'
import { createSignalEcho } from '../../signal-echo.ts'
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
  const echo = createSignalEcho(now)
  let timer: NodeJS.Timeout | undefined
  const stopListening = () => {
    host.off('SIGINT', onSignal)
    host.off('SIGTERM', onSignal)
  }
  const onSignal = () => {
    if (echo.isEcho()) return
    if (stop.signal.aborted) {
      stopListening()
      return abort.abort()
    }
    host.stderr.write('\nStopping: waiting for answers that are already under way (again to stop at once).\n')
    stop.abort()
    timer = setTimeout(() => abort.abort(), graceMs).unref()
  }
  host.on('SIGINT', onSignal)
  host.on('SIGTERM', onSignal)
  return {
    stop: stop.signal,
    abort: abort.signal,
    dispose() {
      clearTimeout(timer)
      echo.stopListening(stopListening)
    },
  }
}
