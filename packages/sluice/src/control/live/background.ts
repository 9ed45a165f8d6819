/** Runs work in the background, one item after the other, in order of arrival. */
export interface Background<T> {
  /** Adds an item. False if too many wait already; then it is not done. */
  offer(item: T): boolean
  /** Resolves when all accepted items are done. */
  drained(): Promise<void>
}

/** `work` must handle its own errors. */
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
