/**
 * Runs `work` over `items` with at most `concurrency` at a time, pulling the next item only when a place is free, so a
 * stream of any length is held in constant memory.
 * @throws the first error of `work` or `items`, after everything already started has ended.
 */
export async function runPool<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  let failed = false
  const worker = async () => {
    while (!failed) {
      const next = await iterator.next()
      if (next.done) return
      await work(next.value)
    }
  }
  const guarded = async () => {
    try {
      await worker()
    } catch (error) {
      failed = true
      throw error
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, guarded))
  await iterator.return?.()
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected')
  if (rejected) throw rejected.reason
}
