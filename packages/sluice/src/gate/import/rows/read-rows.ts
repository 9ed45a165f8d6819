import { readRecords } from '../../../core/suite/cases/csv.ts'
import { InvalidFilesError } from '../../../core/suite/diagnostics/diagnostic.ts'
import { invalidInput } from '../../../errors.ts'
import { isObject, setOwn } from '../../../json.ts'
import { type Data, parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'

export interface PlacedRow {
  row: Data
  place: string
}

/** The rows of a file, and what stands around them in JSON. */
export interface DataRows {
  rows: PlacedRow[]
  /** Empty where the file is a list. */
  envelope: Data
}

const mostRows = 200_000

/**
 * The rows of a data set: JSON Lines, CSV, or JSON that is a list or has one under one of the keys, which may stand
 * within the `body` of an answer.
 * @throws SluiceError `invalid-input`, with the place of a fault
 */
export async function readDataRows(source: ImportSource, keys: readonly string[] = []): Promise<DataRows> {
  const { name } = source
  if (source.isFolder) throw invalidInput(`${name} is a folder; name a file in it`)
  if (/\.(?:parquet|arrow|zip|gz)$/.test(name))
    throw invalidInput(`${name} is packed or binary; export it as JSON, JSON Lines or CSV`)
  const text = await source.text()
  if (text.trim() === '') throw invalidInput(`${name} is empty`)
  const data = /\.[ct]sv$/.test(name) ? undefined : withoutBody(dataOf(text, name), keys)
  const rows = data === undefined ? await csvRecords(text, name) : rowsOfData(data, keys, name)
  if (rows.length === 0) throw invalidInput(`${name} has no rows`)
  if (rows.length > mostRows)
    throw invalidInput(`${name} has ${rows.length} rows, more than ${mostRows}; import a part of it`)
  return { rows, envelope: isObject(data) ? data : {} }
}

/** What the command lines of some tools print: `{status, headers, body}`. */
function withoutBody(data: unknown, keys: readonly string[]): unknown {
  const isAnswer = isObject(data) && isObject(data.body) && !keys.some((key) => key in data)
  return isAnswer ? data.body : data
}

/** JSON Lines by the name of the file; a file of another name may be either. */
function dataOf(text: string, name: string): unknown {
  if (/\.(?:jsonl|ndjson)$/.test(name)) return parseLines(text, name)
  return parseData(text, /\.(?:json|ya?ml)$/.test(name) ? name : `${name}.json`)
}

function rowsOfData(data: unknown, keys: readonly string[], name: string): PlacedRow[] {
  const key = isObject(data) ? keys.find((each) => Array.isArray(data[each])) : undefined
  const list = key === undefined ? data : (data as Data)[key]
  if (!Array.isArray(list)) {
    const wanted = keys.length === 0 ? '' : `, and no map with ${keys.join(' or ')}`
    throw invalidInput(`${name} is no list of rows${wanted}`)
  }
  return list.map((row: unknown, index) => {
    const place = `${key ?? 'rows'}[${index}]`
    if (!isObject(row)) throw invalidInput(`${name}: ${place} is no map of fields`)
    return { row, place }
  })
}

/** The rows of CSV by the names of its header; every value is text. @throws InvalidFilesError */
async function csvRecords(text: string, file: string): Promise<PlacedRow[]> {
  const rows: PlacedRow[] = []
  let header: string[] | undefined
  const delimiter = (line: string) => {
    const plain = line.replaceAll(/"[^"]*"/g, '')
    return file.endsWith('.tsv') ? '\t' : ([',', ';', '\t'].find((each) => plain.includes(each)) ?? ',')
  }
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line }))
  for await (const records of readRecords(batches(lines), delimiter)) {
    for (const record of records) {
      if ('fault' in record) throw faulty(file, record.fault, record.fault.message)
      const [first = { line: 1, column: 1 }] = record.fields
      const cells = record.fields.map((field) => field.text)
      if (header === undefined) {
        header = cells.map((name) => name.trim())
        const twice = header.find((name, index) => name !== '' && header?.indexOf(name) !== index)
        if (twice !== undefined) throw faulty(file, first, `the column "${twice}" is there twice`)
      } else if (cells.length > header.length) {
        throw faulty(
          file,
          record.fields[header.length] ?? first,
          `${cells.length} fields where the header has ${header.length}`,
        )
      } else rows.push({ row: namedCells(header, cells), place: `row ${rows.length + 1}` })
    }
  }
  return rows
}

/** Cells by the names of their columns; a column without a name has its number. */
export function namedCells(header: readonly string[], cells: readonly unknown[]): Data {
  const row: Data = {}
  for (const [index, name] of header.entries())
    setOwn(row, name === '' ? `column ${index + 1}` : name, cells[index] ?? '')
  return row
}

async function* batches<Line>(lines: Line[]) {
  yield lines
}

export function faulty(
  file: string,
  { line, column }: { line: number; column: number },
  message: string,
): InvalidFilesError {
  return new InvalidFilesError([{ severity: 'error', file, line, column, path: '', message }])
}
