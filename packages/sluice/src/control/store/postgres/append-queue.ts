import type { Appended } from '../outcome-log.ts'
import { isStorable, type LogRow } from '../rows/log-row.ts'
import { StoreError } from '../store-error.ts'

interface Append {
  rows: readonly LogRow[]
  resolve: (results: Appended[]) => void
  reject: (cause: unknown) => void
}

/** The most rows of one statement, unless a single call has more. */
const groupRows = 5000

/**
 * Appends that arrive while one is under way go into the next one together, since the database allows only one at a
 * time. A row that cannot be stored is found and refused; the rest of its group is stored.
 */
export class AppendQueue {
  readonly #insert: (rows: readonly LogRow[]) => Promise<Appended[]>
  readonly #waiting: Append[] = []
  #draining: Promise<void> | undefined

  constructor(insert: (rows: readonly LogRow[]) => Promise<Appended[]>) {
    this.#insert = insert
  }

  append(rows: readonly LogRow[]): Promise<Appended[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Resolves when no append is under way. */
  async idle(): Promise<void> {
    await this.#draining
  }

  async #drain(): Promise<void> {
    // Waits for further calls of the same turn of the event loop.
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
      const results = await this.#insertStorable(group.flatMap(({ rows }) => rows))
      let from = 0
      for (const { rows, resolve } of group) {
        resolve(results.slice(from, from + rows.length))
        from += rows.length
      }
    } catch (cause) {
      for (const { reject } of group) reject(cause)
    }
  }

  async #insertStorable(rows: readonly LogRow[]): Promise<Appended[]> {
    const storable = rows.filter(isStorable)
    const results = (await this.#insertHalves(storable)).values()
    return rows.map((row) => (isStorable(row) ? (results.next().value ?? 'refused') : 'refused'))
  }

  /** Inserts all rows together. If the database refuses them, inserts each half, until the refused row is alone. */
  async #insertHalves(rows: readonly LogRow[]): Promise<Appended[]> {
    try {
      return await this.#insert(rows)
    } catch (cause) {
      if (!(cause instanceof StoreError && cause.fault === 'refused')) throw cause
      if (rows.length === 1) return ['refused']
      const middle = Math.ceil(rows.length / 2)
      const first = await this.#insertHalves(rows.slice(0, middle))
      return [...first, ...(await this.#insertHalves(rows.slice(middle)))]
    }
  }
}
