interface Process {
  on(event: 'beforeExit', listener: () => void): unknown
  off(event: 'beforeExit', listener: () => void): unknown
}

/**
 * Calls `work` once when a process has nothing else to do, which keeps it alive until that is done. Changes nothing about
 * how it ends: signals stay the application's. Returns how to forget it; on other runtimes it does nothing.
 */
export function whenProcessEnds(work: () => Promise<void>): () => void {
  const process: Partial<Process> | undefined = globalThis.process
  if (typeof process?.on !== 'function' || typeof process.off !== 'function') return () => undefined
  const { on, off } = process
  const listener = () => {
    forget()
    void work()
  }
  const forget = () => void off.call(process, 'beforeExit', listener)
  on.call(process, 'beforeExit', listener)
  return forget
}
