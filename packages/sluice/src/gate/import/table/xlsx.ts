import { SaxesParser } from 'saxes'
import { SluiceError } from '../../../errors.ts'
import { zipEntries } from '../../../zip.ts'
import { dateText, isDateFormat } from './cell-date.ts'

export interface Sheet {
  sheet: string
  /** The texts of its cells; dates are in ISO form. */
  rows: string[][]
  otherSheets: string[]
  /** What of it could not be taken over. */
  notes: { name: string; note: string }[]
}

/** What one part of a workbook may unpack to; more is taken for an attack. */
const mostPartBytes = 256 * 1024 * 1024
const mostCells = 5_000_000
const mostColumns = 16_384

/**
 * The first sheet of a workbook. @throws SluiceError `invalid-input` for a file that is none, is damaged or unpacks to
 * too much
 */
export function readSheet(bytes: Uint8Array, file: string, mostBytes = mostPartBytes): Sheet {
  try {
    return sheetOf(bounded(bytes, mostBytes))
  } catch (error) {
    if (error instanceof SluiceError) throw error
    const reason =
      error instanceof RangeError
        ? `it unpacks to more than ${mostBytes / 1024 / 1024} MB`
        : error instanceof Error
          ? error.message
          : String(error)
    throw new SluiceError('invalid-input', `${file} cannot be read as an Excel workbook (.xlsx): ${reason}`)
  }
}

/** The parts of an archive, each up to the limit. */
interface Parts {
  has(name: string): boolean
  read(name: string): Uint8Array | undefined
}

function bounded(archive: Uint8Array, mostBytes: number): Parts {
  const entries = zipEntries(archive)
  return { has: (name) => entries.has(name), read: (name) => entries.get(name)?.bytes(mostBytes) }
}

function sheetOf(zip: Parts): Sheet {
  const workbook = partOf(zip, 'xl/workbook.xml')
  const sheets: { name: string; id: string }[] = []
  let isFrom1904 = false
  eachElement(workbook, {
    open(name, { name: title = '', 'r:id': id = '', date1904 }) {
      if (name === 'sheet') sheets.push({ name: title, id })
      if (name === 'workbookPr') isFrom1904 = date1904 === '1' || date1904 === 'true'
    },
  })
  const [first, ...others] = sheets
  if (first === undefined) throw new Error('it has no sheet')
  const targets = new Map<string, string>()
  eachElement(partOf(zip, 'xl/_rels/workbook.xml.rels'), {
    open(name, { Id: id = '', Target: target = '' }) {
      if (name === 'Relationship') targets.set(id, target)
    },
  })
  const target = targets.get(first.id) ?? 'worksheets/sheet1.xml'
  const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`
  const context = { texts: sharedTexts(zip), isDate: dateStyles(zip), isFrom1904 }
  return { sheet: first.name, otherSheets: others.map(({ name }) => name), ...cellsOf(partOf(zip, part), context) }
}

function partOf(zip: Parts, name: string): string {
  const bytes = zip.read(name)
  if (bytes === undefined) throw new Error(`it has no ${name}`)
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

interface Handlers {
  open?(name: string, attributes: Record<string, string>): void
  text?(text: string): void
  close?(name: string): void
}

function eachElement(xml: string, { open, text, close }: Handlers): void {
  const parser = new SaxesParser({ xmlns: false })
  // A prefix of the name says nothing here.
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('error', (error) => {
    throw new Error(`damaged XML: ${error.message}`)
  })
  // Entities of a document's own are the way to make a small file large.
  parser.on('doctype', () => {
    throw new Error('it declares a document type')
  })
  parser.on('opentag', ({ name, attributes }) => open?.(local(name), attributes))
  if (text) parser.on('text', text)
  parser.on('closetag', ({ name }) => close?.(local(name)))
  parser.write(xml).close()
}

/** The texts that cells refer to by number. Pronunciation (`rPh`) is no part of them. */
function sharedTexts(zip: Parts): string[] {
  if (!zip.has('xl/sharedStrings.xml')) return []
  const texts: string[] = []
  let current = ''
  let isText = false
  let isPhonetic = false
  eachElement(partOf(zip, 'xl/sharedStrings.xml'), {
    open(name) {
      if (name === 'si') current = ''
      if (name === 'rPh') isPhonetic = true
      if (name === 't') isText = !isPhonetic
    },
    text(text) {
      if (isText) current += text
    },
    close(name) {
      if (name === 'si') texts.push(current)
      if (name === 't') isText = false
      if (name === 'rPh') isPhonetic = false
    },
  })
  return texts
}

/** Whether the cells of each style are dates. */
function dateStyles(zip: Parts): boolean[] {
  if (!zip.has('xl/styles.xml')) return []
  const formats = new Map<number, string>()
  const styles: boolean[] = []
  let isCellFormats = false
  eachElement(partOf(zip, 'xl/styles.xml'), {
    open(name, { numFmtId = '', formatCode = '' }) {
      if (name === 'numFmt') formats.set(Number(numFmtId), formatCode)
      if (name === 'cellXfs') isCellFormats = true
      if (name === 'xf' && isCellFormats) styles.push(isDateFormat(Number(numFmtId), formats.get(Number(numFmtId))))
    },
    close(name) {
      if (name === 'cellXfs') isCellFormats = false
    },
  })
  return styles
}

interface Context {
  texts: readonly string[]
  isDate: readonly boolean[]
  isFrom1904: boolean
}

interface OpenCell {
  column: number
  type: string
  style: number
  value: string
}

function cellsOf(xml: string, context: Context): Pick<Sheet, 'rows' | 'notes'> {
  const rows: string[][] = []
  let row: string[] = []
  let cell: OpenCell | undefined
  let isValue = false
  let cells = 0
  let errors = 0
  eachElement(xml, {
    open(name, { r = '', t = 'n', s = '0' }) {
      if (name === 'row') {
        const number = Number(r) || rows.length + 1
        if (number > 1_048_576) throw new Error('a row has an impossible number')
        row = []
        // Rows that are left out are empty; a gap that no hand makes is not filled.
        while (rows.length < number - 1 && number - rows.length < 10_000) rows.push([])
        rows.push(row)
      }
      if (name === 'c') cell = { column: r === '' ? row.length : columnOf(r), type: t, style: Number(s), value: '' }
      if (name === 'v' || name === 't') isValue = cell !== undefined
    },
    text(text) {
      if (isValue && cell) cell.value += text
    },
    close(name) {
      if (name === 'v' || name === 't') isValue = false
      if (name !== 'c' || cell === undefined) return
      cells += 1
      if (cells > mostCells) throw new RangeError('too many cells')
      if (cell.type === 'e') errors += 1
      while (row.length < cell.column) row.push('')
      row[cell.column] = cell.type === 'e' ? '' : textOfCell(cell, context)
      cell = undefined
    },
  })
  const note = 'the cell is an error of a formula (#N/A and the like): an empty text'
  return { rows, notes: errors === 0 ? [] : [{ name: `${errors} cells with an error`, note }] }
}

/** The column of a reference such as `AB12`, from 0. */
function columnOf(reference: string): number {
  let column = 0
  for (const letter of reference.match(/^[A-Z]+/)?.[0] ?? 'A') column = column * 26 + letter.charCodeAt(0) - 64
  if (column > mostColumns) throw new Error('a cell has an impossible place')
  return column - 1
}

function textOfCell({ type, style, value }: OpenCell, { texts, isDate, isFrom1904 }: Context): string {
  if (type === 's') return texts[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'true' : 'false'
  if (type !== 'n' || value === '') return value
  return isDate[style] ? dateText(Number(value), isFrom1904) : String(Number(value))
}
