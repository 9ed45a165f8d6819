import { invalidInput } from '../../../errors.ts'
import { setOwn } from '../../../json.ts'
import { withJsonCells } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet } from '../rows/data-set.ts'
import type { PlacedRow } from '../rows/read-rows.ts'
import { importLog, readLog } from './log.ts'
import { sampleFields, sampleRow } from './sample.ts'

/**
 * Inspect: samples (JSON, JSON Lines, CSV), whose columns `--map` names as a FieldSpec does, or a log, in JSON or
 * packed.
 */
export async function importInspect(source: ImportSource): Promise<Imported> {
  const { name } = source
  if (source.isFolder) throw invalidInput(`${name} is a folder; name a file in it`)
  if (/\.py$/.test(name))
    throw invalidInput(`${name} is code, which is never run here; import its data set or a log of it`)
  const log = await readLog(source)
  return log === undefined ? importSamples(source) : importLog(log, source)
}

/** Samples. Columns that `--map` names are renamed first, since targets and choices are read in ways of their own. */
async function importSamples(source: ImportSource): Promise<Imported> {
  const isField = (field: string) => Object.hasOwn(sampleFields, field)
  const renamed = [...source.columns].filter(([, field]) => isField(field))
  const missing = new Set(renamed.map(([column]) => column))
  const prepare = ({ row, place }: PlacedRow) => {
    const own = { ...row }
    for (const [column, field] of renamed) {
      if (!Object.hasOwn(own, column)) continue
      missing.delete(column)
      setOwn(own, field, own[column])
      if (column !== field) delete own[column]
    }
    return { row: sampleRow(withJsonCells(own, jsonCells)), place }
  }
  const columns = new Map([...source.columns].filter(([, field]) => !isField(field)))
  const format = { tool: 'Inspect', fields: sampleFields }
  const imported = await importDataSet({ ...source, columns }, { format, keys: ['samples'], prepare })
  const [first] = missing
  if (first !== undefined)
    throw invalidInput(`--map ${first}=${source.columns.get(first)}: there is no column "${first}"`)
  return imported
}

const jsonCells = ['input', 'choices', 'metadata', 'target']
