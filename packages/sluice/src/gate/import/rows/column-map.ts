import { invalidInput } from '../../../errors.ts'
import { isObject, setOwn } from '../../../json.ts'
import { hint } from '../../../text/did-you-mean.ts'
import type { Data } from '../file-data.ts'
import { checkFault } from '../literal.ts'
import type { PlacedRow } from './read-rows.ts'
import type { FieldUse, RowFields } from './row-fields.ts'

/** Uses that `--map` may give to a column of any format. */
const generalUses: Record<string, FieldUse> = {
  id: 'id',
  input: 'input',
  expected: 'expected',
  tags: 'tags',
  weight: 'weight',
  cluster: 'cluster',
  rubric: 'rubric',
  source: 'source',
  drop: { drop: 'by --map' },
}

const textChecks = [
  'equals',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'containsAny',
  'containsAll',
  'equalsAny',
]
const checkNames = textChecks.flatMap((name) => [name, `not${name[0]?.toUpperCase()}${name.slice(1)}`])

/**
 * The fields of a format as `--map column=field` says, and the rows with what a dotted column leads to as a column of
 * its own.
 * @throws SluiceError `invalid-input` for a column that no row has
 */
export function mappedRows(
  rows: readonly PlacedRow[],
  format: RowFields,
  columns: ReadonlyMap<string, string>,
): { rows: readonly PlacedRow[]; format: RowFields } {
  if (columns.size === 0) return { rows, format }
  const lifted = rows.map(({ row, place }) => ({ row: [...columns.keys()].reduce(liftedPath, row), place }))
  const known = [...new Set(lifted.flatMap(({ row }) => Object.keys(row)))]
  const fields = { ...format.fields }
  for (const [column, field] of columns) {
    if (!known.includes(column)) {
      throw invalidInput(
        `--map ${column}=${field}: there is no column "${column}"${hint(column, known)}; there are ${known.slice(0, 30).join(', ')}`,
      )
    }
    const use = useOf(field, format, column)
    if (use === 'id' || use === 'input' || use === 'expected') {
      const others = Object.keys(fields).filter((name) => fields[name] === use && !columns.has(name))
      for (const name of others) setOwn(fields, name, 'source')
    }
    setOwn(fields, column, use)
  }
  return { rows: lifted, format: { ...format, fields } }
}

function useOf(field: string, { fields, tool, others }: RowFields, column: string): FieldUse {
  if (Object.hasOwn(fields, field))
    return fields[field] === 'variable' ? { variable: field } : (fields[field] as FieldUse)
  if (Object.hasOwn(generalUses, field)) return generalUses[field] as FieldUse
  if (
    checkNames.includes(field) &&
    checkFault({ [field]: field.endsWith('y') || field.endsWith('ll') ? ['x'] : 'x' }) === undefined
  )
    return { check: field }
  if (others === 'variable') return { variable: field }
  const all = [...Object.keys(fields), ...Object.keys(generalUses), ...checkNames]
  throw invalidInput(`--map ${column}=${field}: ${tool} has no field "${field}"${hint(field, all)}`)
}

/** `outputs.answer` as a column, taken out of `outputs`. */
function liftedPath(row: Data, column: string): Data {
  const [first = '', ...rest] = column.split('.')
  if (rest.length === 0 || Object.hasOwn(row, column)) return row
  const inner = Object.hasOwn(row, first) ? row[first] : undefined
  if (!isObject(inner)) return row
  const key = rest.join('.')
  const own = liftedPath(inner, key)
  if (!Object.hasOwn(own, key)) return row
  const { [key]: value, ...left } = own
  const result: Data = { ...row, [first]: left }
  setOwn(result, column, value)
  return result
}
