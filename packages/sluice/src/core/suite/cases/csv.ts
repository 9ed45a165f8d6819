import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Place } from '../diagnostics/source.ts'
import type { TextPiece } from '../json/json-source.ts'

/** One field of a record, as its file has it without the quotes, and where it begins. */
export interface CsvField extends Place {
  text: string
}

/** The fields of one record, or the fault that keeps them from being read. */
export type CsvRecord = { fields: CsvField[] } | { fault: Place & Pick<Diagnostic, 'message'> }

/**
 * The records of lines of CSV (RFC 4180): fields in double quotes may hold the delimiter, line ends, and quotes written
 * twice. Blank lines between records are passed over.
 */
export async function* readRecords(
  batches: AsyncIterable<TextPiece[]>,
  delimiterOf: (header: string) => string,
): AsyncGenerator<CsvRecord[]> {
  let delimiter: string | undefined
  /** The lines so far of a record with an odd number of quotes, which means that one of its fields is still open. */
  let open: { line: number; texts: string[] } | undefined
  for await (const lines of batches) {
    const records: CsvRecord[] = []
    for (const { line, text } of lines) {
      if (open === undefined && /^\s*$/.test(text)) continue
      const isOdd = ((text.match(/"/g)?.length ?? 0) % 2 === 1) !== (open !== undefined)
      open ??= { line, texts: [] }
      open.texts.push(text)
      if (isOdd) continue
      const record = { line: open.line, text: open.texts.join('\n') }
      open = undefined
      delimiter ??= delimiterOf(record.text)
      records.push(splitRecord(record, delimiter))
    }
    yield records
  }
  if (open !== undefined) yield [splitRecord({ line: open.line, text: open.texts.join('\n') }, delimiter ?? ',')]
}

function splitRecord({ line, text }: TextPiece, delimiter: string): CsvRecord {
  const record = text.endsWith('\r') ? text.slice(0, -1) : text
  const fields: CsvField[] = []
  for (let start = 0; start <= record.length; ) {
    const place = placeIn(record, start, line)
    const quoted = record[start] === '"'
    const end = quoted ? closingQuote(record, start + 1) : indexOrEnd(record, delimiter, start)
    if (end === undefined) return { fault: { ...place, message: 'the quote that begins the field is never closed' } }
    const content = record.slice(quoted ? start + 1 : start, end)
    const next = quoted ? end + 1 : end
    if (quoted && next < record.length && !record.startsWith(delimiter, next)) {
      return { fault: { ...placeIn(record, next, line), message: 'text after the quote that ends the field' } }
    }
    if (!quoted && content.includes('"')) {
      return { fault: { ...place, message: 'a quote inside a field; quote the field, and write the quote twice' } }
    }
    fields.push({ ...place, text: quoted ? content.replaceAll('""', '"') : content })
    start = next + delimiter.length
  }
  return { fields }
}

function closingQuote(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  return undefined
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const found = text.indexOf(wanted, from)
  return found < 0 ? text.length : found
}

function placeIn(text: string, offset: number, line: number): Place {
  const before = text.slice(0, offset).split('\n')
  return { line: line + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 }
}
