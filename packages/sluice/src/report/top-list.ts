/** Keeps the first `limit` of everything that is added, in the order of `compare`, and forgets the rest. */
export interface TopList<T> {
  add(item: T): void
  /** First of the order first. */
  items(): T[]
  /** How many were added in all. */
  total(): number
}

export function createTopList<T>(limit: number, compare: (a: T, b: T) => number): TopList<T> {
  const kept: T[] = []
  let total = 0
  return {
    add(item) {
      total += 1
      const last = kept.at(-1)
      if (kept.length === limit && (last === undefined || compare(item, last) >= 0)) return
      const place = kept.findIndex((other) => compare(item, other) < 0)
      kept.splice(place === -1 ? kept.length : place, 0, item)
      if (kept.length > limit) kept.pop()
    },
    items: () => [...kept],
    total: () => total,
  }
}
