/** A queue ordered by time. Items of the same time come in the order in which they were added. */
export class TimeQueue<T> {
  readonly #heap: Entry<T>[] = []
  #added = 0

  add(at: number, item: T): void {
    this.#added += 1
    this.#heap.push({ at, order: this.#added, item })
    this.#rise(this.#heap.length - 1)
  }

  /** The time of the first item; undefined for an empty queue. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at
  }

  /** Removes and returns the first item, if it is due by `until`. */
  take(until = Number.POSITIVE_INFINITY): { at: number; item: T } | undefined {
    const [first] = this.#heap
    if (!first || first.at > until) return undefined
    const last = this.#heap.pop()
    if (last && last !== first) {
      this.#heap[0] = last
      this.#sink(0)
    }
    return first
  }

  #rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (!this.#swapIfLater(parent, index)) return
      index = parent
    }
  }

  #sink(from: number): void {
    let index = from
    for (;;) {
      const left = 2 * index + 1
      const child = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#swapIfLater(index, child)) return
      index = child
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [above, below] = [this.#heap[parent], this.#heap[child]]
    if (!above || !below || !this.#isBefore(child, parent)) return false
    this.#heap[parent] = below
    this.#heap[child] = above
    return true
  }

  #isBefore(first: number, second: number): boolean {
    const [a, b] = [this.#heap[first], this.#heap[second]]
    return a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order))
  }
}

interface Entry<T> {
  at: number
  order: number
  item: T
}
