interface Process {
  on(event: 'beforeExit' | 'exit', listener: () => void): unknown
  off(event: 'beforeExit' | 'exit', listener: () => void): unknown
}

/** Work to do before a process ends. */
export interface LastWork {
  /** How many outcomes are left. */
  pending(): number
  /** Sends them; never rejects. */
  flush(): Promise<unknown>
  /**
   * Reports what is left, since the process ends at once by `process.exit` or an exception, and nothing can be sent.
   */
  lost(): void
}

/** Each work with how much was left when it was last begun. */
const works = new Map<LastWork, number>()

/**
 * Flushes when the process has nothing else to do, and keeps it alive until that is done. It does not handle signals;
 * they are the application's. Returns a function that removes the work. On runtimes without these events it does
 * nothing.
 */
export function whenProcessEnds(work: LastWork): () => void {
  const process: Partial<Process> | undefined = globalThis.process
  // One listener for all clients, since Node warns about many listeners.
  const listen = (how: 'on' | 'off') => {
    if (works.size > 0) return
    process?.[how]?.('beforeExit', flushAll)
    process?.[how]?.('exit', reportAll)
  }
  listen('on')
  works.set(work, -1)
  return () => {
    works.delete(work)
    listen('off')
  }
}

/** Tries again only if the last attempt sent some, so an unreachable control plane does not keep the process alive. */
function flushAll(): void {
  for (const [work, tried] of works) {
    const pending = work.pending()
    if (pending === tried) continue
    works.set(work, pending)
    void work.flush()
  }
}

function reportAll(): void {
  for (const work of works.keys()) work.lost()
}
