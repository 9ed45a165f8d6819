interface Waiting<T> {
  resolve(found: T | undefined): void
  reject(error: unknown): void
}

/**
 * Reads of one row each that are asked for in the same turn of the event loop are one query: a page that shows fifty
 * rollouts would otherwise wait for a hundred answers, and be interrupted by other work at each.
 *
 * @param read the rows of several keys, by key; a key without a row is missing
 */
export function joinedReads<T>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let asked = new Map<string, Waiting<T>[]>()

  async function readAll(): Promise<void> {
    const waiting = asked
    asked = new Map()
    try {
      const found = await read([...waiting.keys()])
      for (const [key, all] of waiting) for (const { resolve } of all) resolve(found.get(key))
    } catch (error) {
      for (const { reject } of [...waiting.values()].flat()) reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (asked.size === 0) process.nextTick(readAll)
      asked.set(key, [...(asked.get(key) ?? []), { resolve, reject }])
    })
}
