import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet } from '../rows/data-set.ts'
import type { PlacedRow } from '../rows/read-rows.ts'
import type { FieldUse } from '../rows/row-fields.ts'
import { importHosted } from './hosted.ts'
import { hostedExports } from './hosted-export.ts'
import { importRegistry, importRegistryFolder } from './registry.ts'

/** OpenAI Evals: a registry (YAML, or its folder), samples (JSON Lines), or an export of the hosted product (JSON). */
export async function importOpenaiEvals(source: ImportSource): Promise<Imported> {
  const { name } = source
  if (source.isFolder) return importRegistryFolder(source)
  if (/\.py$/.test(name))
    throw invalidInput(`${name} is code, which is never run here; import the registry or an export`)
  if (/\.ya?ml$/.test(name)) return importRegistry(parseData(await source.text(), name), source)
  if (/\.jsonl$/.test(name)) return importSamples(source)
  const data = parseData(await source.text(), name)
  const exports = hostedExports(data)
  if (exports !== undefined) return importHosted(exports, source)
  return importSamples(source)
}

const sampleFields: Record<string, FieldUse> = { input: 'input', ideal: 'expected', id: 'id', metadata: 'metadata' }

/** Rows alone: `{input, ideal}` of the open source, `{item}` of the hosted product. What grades them is not in them. */
function importSamples(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'OpenAI Evals', fields: sampleFields, others: 'variable' },
    keys: ['rows', 'data'],
    prepare: ({ row, place }: PlacedRow) => {
      const { item, ...others } = row
      const own = isObject(item) ? { ...item, ...others } : row
      const { ideal } = own
      return { row: Array.isArray(ideal) ? { ...own, ideal: ideal.join('\nor: ') } : own, place }
    },
  })
}
