import path from 'node:path'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { featuresOfRows } from './case-features.ts'
import { mappedRows } from './column-map.ts'
import { type PlacedRow, readDataRows } from './read-rows.ts'
import { type RowCase, type RowFields, rowCase } from './row-fields.ts'

interface DataSet {
  format: RowFields
  /** Where rows stand in JSON that is no list. */
  keys?: readonly string[]
  /** Undefined for a row that is no case; the reader says so in the ledger. */
  prepare?(row: PlacedRow, ledger: FidelityLedger): PlacedRow | undefined
  /** What the rows' own fields leave to be said of a case. */
  finish?(item: RowCase, row: PlacedRow, ledger: FidelityLedger): RowCase
  /** What the file itself says of rows that it does not hold, e.g. of further pages. */
  missing?(envelope: Data, rows: number): MissingRows | undefined
  /** Whether cases without checks ask the judge about their reference; true where it is absent. */
  asksReference?: boolean
}

export interface MissingRows {
  /** What the tool calls these rows. */
  name: string
  note: string
  /** 1 where it is not known how many. */
  count: number
}

/** A file of rows, of which each is a case. */
export async function importDataSet(source: ImportSource, dataSet: DataSet): Promise<Imported> {
  const { rows, envelope } = await readDataRows(source, dataSet.keys)
  return importRows(rows, source, dataSet, dataSet.missing?.(envelope, rows.length))
}

export function importRows(
  given: readonly PlacedRow[],
  source: ImportSource,
  dataSet: DataSet,
  missing?: MissingRows,
): Imported {
  const { prepare, finish, asksReference = true } = dataSet
  const ledger = createLedger()
  if (missing !== undefined) {
    const { name, note, count } = missing
    ledger.add({ kind: 'field', name, outcome: 'dropped', note, place: source.name }, count)
  }
  const prepared = prepare === undefined ? given : given.flatMap((each) => prepare(each, ledger) ?? [])
  const { rows, format } = mappedRows(prepared, dataSet.format, source.columns)
  const cases = rows.map((row) => {
    const item = rowCase(row.row, row.place, format, ledger)
    return finish === undefined ? item : finish(item, row, ledger)
  })
  const features = featuresOfRows(cases, { name: baseName(source.name), ledger, asksReference })
  return { features, rows: ledger.rows() }
}

/** The file's name without its ending, as the name of the feature. */
export function baseName(file: string): string {
  return path.basename(file).replace(/(?:\.prompt)?\.\w+$/, '')
}
