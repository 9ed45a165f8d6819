interface Process {
  on(event: 'beforeExit' | 'exit', listener: () => void): unknown
  off(event: 'beforeExit' | 'exit', listener: () => void): unknown
}

/** What is to be done before a process ends. */
export interface LastWork {
  /** How much is left. */
  pending(): number
  /** Does it; never rejects. */
  flush(): Promise<unknown>
  /** Nothing can be sent any more, since the process is ended at once, by `process.exit` or an exception: tells what is left. */
  lost(): void
}

const works = new Set<LastWork>()

/**
 * Flushes when the process has nothing else to do, which keeps it alive until that is done. Changes nothing about how it ends:
 * signals stay the application's. Returns how to forget it; on runtimes without these events it does nothing.
 */
export function whenProcessEnds(work: LastWork): () => void {
  const process: Partial<Process> | undefined = globalThis.process
  if (typeof process?.on !== 'function' || typeof process.off !== 'function') return () => undefined
  if (works.size === 0) {
    process.on('beforeExit', flushAll)
    process.on('exit', tellAll)
  }
  works.add(work)
  return () => {
    works.delete(work)
    if (works.size > 0) return
    process.off?.('beforeExit', flushAll)
    process.off?.('exit', tellAll)
  }
}

const tried = new WeakMap<LastWork, number>()

/** Again only where the last attempt left less: a control plane that is away keeps no process alive. */
function flushAll(): void {
  for (const work of works) {
    const pending = work.pending()
    if (pending === tried.get(work)) continue
    tried.set(work, pending)
    void work.flush()
  }
}

function tellAll(): void {
  for (const work of works) work.lost()
}
