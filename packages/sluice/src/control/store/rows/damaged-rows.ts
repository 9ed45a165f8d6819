import { StoreError } from '../store-error.ts'

/** A stored row that cannot be read. It stays where it is, for whoever wants to know why. */
export interface DamagedRow {
  /** What it holds, e.g. `log entry`. */
  kind: string
  /** Null where it is of none. */
  feature: string | null
  /** Tells it from others of its kind: an id, or a place in the log. */
  row: string
}

/** What could not be read since the start, so that one such row keeps nobody from the others. */
export class DamagedRows {
  readonly #rows = new Map<string, DamagedRow>()

  /** What can be read of rows; those that cannot are noted by what `about` says of them. */
  readable<Row, T>(rows: readonly Row[], read: (row: Row) => T, about: (row: Row) => DamagedRow): T[] {
    return rows.flatMap((row) => {
      try {
        const value = read(row)
        if (this.#rows.size > 0) this.#rows.delete(keyOf(about(row)))
        return [value]
      } catch (error) {
        if (!(error instanceof StoreError) || error.fault !== 'damaged') throw error
        if (this.#rows.size < mostNoted) this.#rows.set(keyOf(about(row)), about(row))
        return []
      }
    })
  }

  current(): DamagedRow[] {
    return [...this.#rows.values()]
  }
}

const mostNoted = 1000

function keyOf({ kind, row }: DamagedRow): string {
  return JSON.stringify([kind, row])
}

type Columns = Readonly<Record<string, unknown>>

/** How rows of each kind are told from others, by their columns. */
export const rowOf = {
  feature: ({ feature }: Columns) => ({ kind: 'feature', feature: String(feature), row: String(feature) }),
  version: ({ feature, id }: Columns) => ({ kind: 'version', feature: String(feature), row: `${feature} ${id}` }),
  audit: ({ chain, seq }: Columns) => ({ kind: 'audit row', feature: String(chain), row: `${chain} ${seq}` }),
  token: ({ id }: Columns) => ({ kind: 'token', feature: null, row: String(id) }),
  logEntry: ({ feature, seq }: Columns) => ({ kind: 'log entry', feature: String(feature), row: String(seq) }),
  unit: ({ unit }: Columns) => ({ kind: 'memory of a unit', feature: null, row: String(unit) }),
  instance: ({ instance }: Columns) => ({ kind: 'instance', feature: null, row: String(instance) }),
  task: ({ feature, id }: Columns) => ({ kind: 'judge task', feature: String(feature), row: String(id) }),
  content: ({ feature, id }: Columns) => ({ kind: 'content', feature: String(feature), row: String(id) }),
}
