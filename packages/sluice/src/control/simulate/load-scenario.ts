import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { InvalidFilesError, inOrder } from '../../core/suite/diagnostics/diagnostic.ts'
import { validate } from '../../core/suite/diagnostics/validate.ts'
import { type Row, readRows } from '../../core/suite/json/json-lines.ts'
import { diskFiles, type ProjectFiles, streamFile } from '../../core/suite/project-files.ts'
import { loadYaml, unreadable } from '../../core/suite/yaml/load-yaml.ts'
import { SluiceError } from '../../errors.ts'
import { templatesFolder } from '../../templates-folder.ts'
import { hint } from '../../text/did-you-mean.ts'
import { type RecordedOutcome, recordedOutcomeSchema } from './recorded-visits.ts'
import { type Scenario, scenarioSchema } from './scenario.ts'

export interface LoadedScenario {
  name: string
  scenario: Scenario
  /** The recorded outcomes that the scenario names; undefined if its requests are simulated. */
  recorded: RecordedOutcome[] | undefined
}

const shipped = path.join(templatesFolder(), 'scenarios')

/** The names of the scenarios that come with Sluice. */
export async function shippedScenarios(): Promise<string[]> {
  const files = await readdir(shipped)
  return files.map((file) => path.basename(file, '.yaml')).sort()
}

/**
 * Loads a scenario: a file relative to `folder`, or one that comes with Sluice, by its name.
 * @throws InvalidFilesError with every fault; SluiceError `invalid-input` for an unknown name
 */
export async function loadScenario(nameOrFile: string, folder: string): Promise<LoadedScenario> {
  const names = await shippedScenarios()
  const isFile = /[/\\.]/.test(nameOrFile)
  if (!isFile && !names.includes(nameOrFile)) {
    const way = `give the path of a file, or one of ${names.join(', ')}`
    throw new SluiceError('invalid-input', `there is no scenario "${nameOrFile}"${hint(nameOrFile, names)}: ${way}`)
  }
  const file = isFile ? nameOrFile : path.join(shipped, `${nameOrFile}.yaml`)
  const files = diskFiles(folder)
  const { source, diagnostics } = await loadYaml(files, file)
  if (!source) throw new InvalidFilesError(diagnostics)
  const { data, diagnostics: faults } = validate(scenarioSchema, source)
  const all = [...diagnostics, ...faults]
  if (!data || all.some(({ severity }) => severity === 'error')) throw new InvalidFilesError(inOrder(all))
  const recorded =
    data.recorded === undefined ? undefined : await loadRecorded(files, path.join(path.dirname(file), data.recorded))
  return { name: path.basename(file).replace(/\.ya?ml$/, ''), scenario: data, recorded }
}

async function loadRecorded(files: ProjectFiles, file: string): Promise<RecordedOutcome[]> {
  const rows: Row<RecordedOutcome>[] = []
  try {
    for await (const batch of readRows(recordedOutcomeSchema, streamFile(files, file), file)) rows.push(...batch)
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw new InvalidFilesError([unreadable(file, error)], { cause: error })
  }
  const faults = rows.flatMap(({ diagnostics }) => diagnostics)
  if (faults.length > 0) throw new InvalidFilesError(faults)
  const outcomes = rows.flatMap(({ data }) => data ?? [])
  if (outcomes.length === 0) throw new SluiceError('invalid-input', `${file}: has no outcome: record some first`)
  return outcomes
}
