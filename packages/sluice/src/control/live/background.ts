/** Work that nobody waits for, in the order in which it came. */
export interface Background<T> {
  /** False where too much waits already: then it is not done. */
  offer(item: T): boolean
  /** Resolves when all that was taken is done. */
  drained(): Promise<void>
}

/** `work` handles its own failures. */
export function inBackground<T>(work: (item: T) => Promise<void>, bound: number): Background<T> {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  return {
    offer(item) {
      if (waiting >= bound) return false
      waiting += 1
      last = last
        .then(() => work(item))
        .finally(() => {
          waiting -= 1
        })
      return true
    },
    drained: () => last,
  }
}
