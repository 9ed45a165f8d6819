import { invalidInput } from '../../../errors.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet, importRows } from '../rows/data-set.ts'
import { namedCells, type PlacedRow } from '../rows/read-rows.ts'
import type { FieldUse } from '../rows/row-fields.ts'
import { readSheet } from './xlsx.ts'

/** The columns of Sluice's own CSV; any other is a variable, unless `--map` says what it is. */
const fields: Record<string, FieldUse> = {
  id: 'id',
  expected: 'expected',
  tags: 'tags',
  weight: 'weight',
  cluster: 'cluster',
  rubric: 'rubric',
}
const format = { tool: 'a table', fields, others: 'variable' as const }

/** CSV or TSV whose columns `--map` names. */
export function importText(source: ImportSource): Promise<Imported> {
  if (!/\.[ct]sv$/.test(source.name)) throw invalidInput(`${source.name}: its name does not end in .csv or .tsv`)
  return importDataSet(source, { format, finish: warned(source) })
}

/** The first sheet of an Excel workbook; its first row names the columns. */
export async function importXlsx(source: ImportSource): Promise<Imported> {
  const { name } = source
  if (source.isFolder) throw invalidInput(`${name} is a folder; name a file in it`)
  if (/\.(?:xls|xlsb|ods|numbers)$/.test(name)) throw invalidInput(`${name} is no .xlsx; save it as .xlsx or as CSV`)
  const {
    rows: [header, ...lines],
    sheet,
    otherSheets,
    notes,
  } = readSheet(await source.bytes(), name)
  if (header === undefined || lines.length === 0)
    throw invalidInput(`${name}: the sheet "${sheet}" has no rows below its header`)
  const names = header.map((cell) => cell.trim())
  const twice = names.find((each, index) => each !== '' && names.indexOf(each) !== index)
  if (twice !== undefined) throw invalidInput(`${name}: the column "${twice}" is there twice in the sheet "${sheet}"`)
  const rows = lines.flatMap((cells, index): PlacedRow[] =>
    cells.every((cell) => cell.trim() === '')
      ? []
      : [{ row: namedCells(wide(names, cells), cells), place: `row ${index + 2}` }],
  )
  const imported = importRows(rows, source, { format, finish: warned(source) })
  const lost = otherSheets.map((each) => ({
    name: `sheet ${each}`,
    note: `only the first sheet, "${sheet}", is read; save it as a file of its own`,
  }))
  const own = [...lost, ...notes].map((each) => ({
    kind: 'field' as const,
    outcome: 'dropped' as const,
    place: sheet,
    count: 1,
    ...each,
  }))
  return { ...imported, rows: [...imported.rows, ...own] }
}

/** Cells beyond the header are columns without a name. */
function wide(names: readonly string[], cells: readonly string[]): string[] {
  return Array.from({ length: Math.max(names.length, cells.length) }, (_, index) => names[index] ?? '')
}

const isReference =
  /^(?:ideal|target|reference|answer|label|output|completion|gold|(?:expected|reference)[ _-]?(?:answer|output|response|value)|ground[ _-]?truth)$/i

/** A column that looks like the answer would be sent to the model: that is said. */
function warned({ columns }: ImportSource) {
  return <Item>(
    item: Item,
    { row, place }: PlacedRow,
    ledger: Parameters<NonNullable<Parameters<typeof importDataSet>[1]['finish']>>[2],
  ): Item => {
    for (const name of Object.keys(row).filter((each) => isReference.test(each) && !columns.has(each)))
      ledger.add({
        kind: 'field',
        name: `column ${name}`,
        outcome: 'approximated',
        note: `a variable, so that the model sees it; if it is the reference answer, add --map ${name}=expected`,
        place,
      })
    return item
  }
}
