import { StoreError } from '../store-error.ts'

/** A stored row that cannot be read. It is not deleted, so that the cause can be found. */
export interface DamagedRow {
  /** What it holds, e.g. `log entry`. */
  kind: string
  /** Null if it belongs to no feature. */
  feature: string | null
  /** What distinguishes it from others of its kind: an id, or a seq. */
  row: string
}

/** Collects rows that could not be read since the start, so that one such row does not make the others unavailable. */
export class DamagedRows {
  readonly #rows = new Map<string, DamagedRow>()

  /** The rows that can be read. The others are recorded with the description that `about` gives. */
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

/** Describes a row of each kind by its columns. */
export const rowOf = {
  feature: ({ feature }: Columns) => ({ kind: 'feature', feature: String(feature), row: String(feature) }),
  version: ({ feature, id }: Columns) => ({ kind: 'version', feature: String(feature), row: `${feature} ${id}` }),
  proposal: ({ feature, id }: Columns) => ({ kind: 'proposal', feature: String(feature), row: String(id) }),
  audit: ({ chain, seq }: Columns) => ({ kind: 'audit row', feature: String(chain), row: `${chain} ${seq}` }),
  token: ({ id }: Columns) => ({ kind: 'token', feature: null, row: String(id) }),
  logEntry: ({ feature, seq }: Columns) => ({ kind: 'log entry', feature: String(feature), row: String(seq) }),
  unit: ({ unit }: Columns) => ({ kind: 'memory of a unit', feature: null, row: String(unit) }),
  instance: ({ instance }: Columns) => ({ kind: 'instance', feature: null, row: String(instance) }),
  task: ({ feature, id }: Columns) => ({ kind: 'judge task', feature: String(feature), row: String(id) }),
  content: ({ feature, id }: Columns) => ({ kind: 'content', feature: String(feature), row: String(id) }),
}
