import type { LogRow } from '../rows/log-row.ts'
import { StoreError } from '../store-error.ts'

type Result = 'accepted' | 'duplicate'

interface Append {
  rows: readonly LogRow[]
  resolve: (results: Result[]) => void
  reject: (cause: unknown) => void
}

/** So many rows at the most go into one statement, unless one call has more. */
const groupRows = 5000

/**
 * Appends that arrive while one is under way go together into the next one, since the database lets in only one at a time.
 * A group that is refused is tried call by call, so that only the faulty one is rejected.
 */
export class AppendQueue {
  readonly #insert: (rows: readonly LogRow[]) => Promise<Result[]>
  readonly #waiting: Append[] = []
  #draining: Promise<void> | undefined

  constructor(insert: (rows: readonly LogRow[]) => Promise<Result[]>) {
    this.#insert = insert
  }

  append(rows: readonly LogRow[]): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#draining
  }

  async #drain(): Promise<void> {
    // Lets the calls of this turn arrive.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#insertTogether(this.#nextGroup())
    this.#draining = undefined
  }

  #nextGroup(): Append[] {
    let rows = 0
    const beyond = this.#waiting.findIndex((append) => {
      rows += append.rows.length
      return rows > groupRows
    })
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : Math.max(1, beyond))
  }

  async #insertTogether(group: readonly Append[]): Promise<void> {
    try {
      const results = await this.#insert(group.flatMap(({ rows }) => rows))
      let from = 0
      for (const { rows, resolve } of group) {
        resolve(results.slice(from, from + rows.length))
        from += rows.length
      }
    } catch (cause) {
      if (group.length > 1 && cause instanceof StoreError && cause.fault === 'failed')
        for (const append of group) await this.#insertTogether([append])
      else for (const { reject } of group) reject(cause)
    }
  }
}
