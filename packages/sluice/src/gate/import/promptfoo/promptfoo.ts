import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importConfig } from './config.ts'
import { csvTests } from './csv-tests.ts'
import { isResults } from './result-rows.ts'
import { importResults } from './results.ts'

const howToExport =
  'run "promptfoo eval -o results.json" (or "promptfoo export eval latest -o results.json") where it belongs, and import results.json'

/** promptfoo: a configuration, tests as CSV, or results. */
export async function importPromptfoo(source: ImportSource): Promise<Imported> {
  const { name } = source
  if (source.isFolder) throw invalidInput(`${name} is a folder; name its promptfooconfig.yaml`)
  if (/\.(?:[cm]?[jt]s|py|rb)$/.test(name)) {
    throw invalidInput(`${name} is a configuration in code, which is never run here: ${howToExport}`)
  }
  if (/\.xlsx?$/.test(name)) throw invalidInput(`${name} is a spreadsheet; save it as CSV`)
  const text = await source.text()
  if (text.trim() === '') throw invalidInput(`${name} is empty`)
  if (/\.[ct]sv$/.test(name)) return importConfig({ tests: await csvTests(text, name) }, source)
  const data = name.endsWith('.jsonl') ? parseLines(text, name) : parseData(text, name)
  if (isResults(data)) return importResults(data, source)
  if (Array.isArray(data)) return importConfig({ tests: data }, source)
  if (!isObject(data)) throw invalidInput(`${name} is no configuration of promptfoo: it holds no map`)
  if (
    !['prompts', 'providers', 'targets', 'tests', 'scenarios', 'defaultTest'].some((key) => Object.hasOwn(data, key))
  ) {
    throw invalidInput(`${name} is no configuration of promptfoo: it has neither prompts, providers nor tests`)
  }
  return importConfig(data, source)
}
