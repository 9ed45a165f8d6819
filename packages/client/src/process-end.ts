interface Process {
  on(event: 'beforeExit', listener: () => void): unknown
  off(event: 'beforeExit', listener: () => void): unknown
}

const works = new Set<() => Promise<void>>()

/**
 * Calls `work` once when the process has nothing else to do, which keeps it alive until that is done. Changes nothing about
 * how it ends: signals stay the application's. Returns how to forget it; on other runtimes it does nothing.
 */
export function whenProcessEnds(work: () => Promise<void>): () => void {
  const process: Partial<Process> | undefined = globalThis.process
  if (typeof process?.on !== 'function' || typeof process.off !== 'function') return () => undefined
  if (works.size === 0) process.on('beforeExit', doAll)
  works.add(work)
  return () => {
    works.delete(work)
    if (works.size === 0) process.off?.('beforeExit', doAll)
  }
}

function doAll(): void {
  globalThis.process.off('beforeExit', doAll)
  for (const work of works) void work()
  works.clear()
}
