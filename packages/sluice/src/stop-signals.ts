import type { EventEmitter } from 'node:events'

/**
 * One Ctrl-C may reach a process twice: from the terminal, and through the process that started this one, such as npm,
 * later where the machine is busy. Nobody has read within a second what a second one does.
 */
const echoMs = 1000

export interface StopListener {
  /** Gives signals their usual effect again, at once. */
  stop(): void
  /**
   * The same, but only once the echo of a signal cannot come any more: where nobody listens, it would end a process
   * that is about to exit with its own code.
   */
  dispose(): void
}

/**
 * Calls `heard` at each Ctrl-C and SIGTERM, except for the echo of the first one.
 * @param now a steady clock in ms
 */
export function listenForStopSignals(
  process: Pick<EventEmitter, 'on' | 'off'>,
  heard: () => void,
  now: () => number = () => performance.now(),
): StopListener {
  let firstAt: number | undefined
  const onSignal = () => {
    const at = now()
    if (firstAt !== undefined && at - firstAt < echoMs) return
    firstAt ??= at
    heard()
  }
  const stop = () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    stop,
    dispose() {
      const restMs = firstAt === undefined ? 0 : firstAt + echoMs - now()
      if (restMs <= 0) stop()
      else setTimeout(stop, restMs).unref()
    },
  }
}
