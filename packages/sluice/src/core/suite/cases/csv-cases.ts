import { hint } from '../../../text/did-you-mean.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { validate } from '../diagnostics/validate.ts'
import { type Row, readLines } from '../json/json-lines.ts'
import { isJsonNumber, scalarAs } from '../values/written.ts'
import { type Case, caseSchema } from './case.ts'
import { type CsvField, type CsvRecord, readRecords } from './csv.ts'

type CaseFile = ReturnType<typeof caseSchema.parse>

/**
 * The columns with a meaning of their own, with the way to read a cell. An empty cell is absent. Any other column is a
 * variable.
 */
const columns: Record<string, (text: string) => unknown> = {
  id: (text) => text,
  expected: (text) => text,
  expect: (text) => text,
  tags: (text) => text.split(/[;|]/).map((tag) => tag.trim()),
  weight: (text) => (isJsonNumber(text) ? scalarAs(Number(text), text) : text),
  critical: yesOrNo,
  cluster: (text) => text,
  holdout: yesOrNo,
}

function yesOrNo(text: string): unknown {
  return { true: true, false: false }[text.toLowerCase()] ?? text
}

/**
 * The cases of a CSV file (RFC 4180), in batches as the file arrives. The first record names the columns; every value
 * is text, as it stands. The delimiter is a comma; a semicolon or a tab where the header has one of them and no comma,
 * and a tab in .tsv.
 * @throws InvalidFilesError where the bytes are not UTF-8.
 */
export async function* csvRows(
  chunks: AsyncIterable<Uint8Array>,
  { file, isTabbed }: { file: string; isTabbed: boolean },
): AsyncGenerator<Row<CaseFile>[]> {
  const delimiterOf = (header: string) => (isTabbed ? '\t' : delimiterIn(header))
  let header: CsvField[] | undefined
  for await (const records of readRecords(readLines(chunks, file), delimiterOf)) {
    const rows: Row<CaseFile>[] = []
    for (const record of records) {
      if (header === undefined) {
        header = 'fields' in record ? record.fields : []
        const diagnostics = headerFaults(record, file)
        if (diagnostics.length > 0) {
          yield [{ line: 1, diagnostics }]
          return
        }
      } else rows.push(rowOf(record, header, file))
    }
    yield rows
  }
}

function delimiterIn(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"/g, '')
  return [',', ';', '\t'].find((delimiter) => unquoted.includes(delimiter)) ?? ','
}

function headerFaults(record: CsvRecord, file: string): Diagnostic[] {
  if ('fault' in record) return [faultAt(record.fault, file, record.fault.message)]
  const { fields } = record
  const names = fields.map(({ text }) => text)
  const faults = fields.flatMap((field, index) => {
    if (field.text.trim() === '') return [faultAt(field, file, 'a column without a name')]
    if (field.text.includes('\r')) return [faultAt(field, file, 'lines end in CR alone; save the file with LF or CRLF')]
    return names.indexOf(field.text) < index ? [faultAt(field, file, `the column "${field.text}" is there twice`)] : []
  })
  if (faults.length > 0 || names.includes('id')) return faults
  const message = `the header names no column "id", by which results are joined${hint('id', names)}`
  return [faultAt({ line: fields[0]?.line ?? 1, column: 1 }, file, message)]
}

function rowOf(record: CsvRecord, header: readonly CsvField[], file: string): Row<CaseFile> {
  if ('fault' in record) {
    return { line: record.fault.line, diagnostics: [faultAt(record.fault, file, record.fault.message)] }
  }
  const { fields } = record
  const line = fields[0]?.line ?? 1
  if (fields.length !== header.length) {
    const place = fields[header.length] ?? fields.at(-1) ?? { line, column: 1 }
    const message = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'} where the header has ${header.length}`
    return { line, diagnostics: [faultAt(place, file, message)] }
  }
  const source = sourceOf(fields, header, file)
  return { line, source, ...validate(caseSchema, source) }
}

function sourceOf(fields: readonly CsvField[], header: readonly CsvField[], file: string): Source {
  const own: Record<string, unknown> = {}
  const vars: Record<string, unknown> = {}
  for (const [index, { text: name }] of header.entries()) {
    const text = fields[index]?.text ?? ''
    const read = Object.hasOwn(columns, name) ? columns[name] : undefined
    if (read === undefined) Object.defineProperty(vars, name, { value: text, enumerable: true })
    else if (text !== '') own[name] = read(text)
  }
  const at: Source['at'] = (path, key) => {
    const [first, second] = key === undefined ? path : [...path, key]
    const name = first === 'vars' ? second : first
    const { line, column } = fields[header.findIndex(({ text }) => text === name)] ??
      fields[0] ?? { line: 1, column: 1 }
    return { line, column }
  }
  return { file, value: { ...own, vars } satisfies Partial<Record<keyof Case, unknown>>, at }
}

function faultAt({ line, column }: { line: number; column: number }, file: string, message: string): Diagnostic {
  return { severity: 'error', file, line, column, path: '', message }
}
