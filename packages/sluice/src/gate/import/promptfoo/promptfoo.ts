import { SluiceError } from '../../../errors.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'

/** promptfoo: a configuration, tests as CSV, or results. */
export async function importPromptfoo(source: ImportSource): Promise<Imported> {
  await source.text()
  throw new SluiceError('invalid-input', `${source.name} is not read yet`)
}
