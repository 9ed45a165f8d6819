/**
 * One Ctrl-C may reach a process twice: from the terminal, and through the process that started this one, such as npm,
 * later where the machine is busy. Nobody has read within a second what a second one does.
 */
const echoMs = 1000

export interface SignalEcho {
  /** To be called at each signal: whether it is the echo of the first one. */
  isEcho(): boolean
  /**
   * Stops listening: at once, or once the echo of a signal cannot come any more. Where nobody listens it would end a
   * process that is about to exit with its own code.
   */
  stopListening(stop: () => void): void
}

/** @param now a steady clock in ms */
export function createSignalEcho(now: () => number = () => performance.now()): SignalEcho {
  let firstAt: number | undefined
  return {
    isEcho() {
      const at = now()
      if (firstAt !== undefined) return at - firstAt < echoMs
      firstAt = at
      return false
    },
    stopListening(stop) {
      const restMs = firstAt === undefined ? 0 : firstAt + echoMs - now()
      if (restMs <= 0) stop()
      else setTimeout(stop, restMs).unref()
    },
  }
}
