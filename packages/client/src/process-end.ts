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

/** With how much was left when it was last begun. */
const works = new Map<LastWork, number>()

/**
 * Flushes when the process has nothing else to do, which keeps it alive until that is done. Changes nothing about how it ends:
 * signals stay the application's. Returns how to forget it; on runtimes without these events it does nothing.
 */
export function whenProcessEnds(work: LastWork): () => void {
  const process: Partial<Process> | undefined = globalThis.process
  // Once for all clients: Node warns of many listeners.
  const listen = (how: 'on' | 'off') => {
    if (works.size > 0) return
    process?.[how]?.('beforeExit', flushAll)
    process?.[how]?.('exit', tellAll)
  }
  listen('on')
  works.set(work, -1)
  return () => {
    works.delete(work)
    listen('off')
  }
}

/** Again only where the last attempt left less: a control plane that is away keeps no process alive. */
function flushAll(): void {
  for (const [work, tried] of works) {
    const pending = work.pending()
    if (pending === tried) continue
    works.set(work, pending)
    void work.flush()
  }
}

function tellAll(): void {
  for (const work of works.keys()) work.lost()
}
