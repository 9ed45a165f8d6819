import { stringify } from 'yaml'
import { featureName } from '../init/new-project.ts'
import { createLedger, type FidelityLedger, type FidelityRow, mergedRows } from './fidelity.ts'
import type { Imported, ImportedFeature, ImportedRecording } from './imported.ts'
import { firstFree, type SettledCase, type SettledFeature, settleFeature } from './settle-feature.ts'

/** What a feature of the new project consists of. */
export interface PlannedFeature extends SettledFeature {
  /** The model of the prompt file: the recorded one where there are recordings. */
  model: string
  promptFile: string
  /** Absent where nothing scores any case. */
  suiteFile?: string
}

export interface PlannedProject {
  features: PlannedFeature[]
  /** All files but sluice.yaml, with paths relative to the project. */
  files: { path: string; text: string }[]
  /** The entries under `providers` that sluice.yaml must have. */
  providers: Record<string, Record<string, unknown>>
  rows: FidelityRow[]
}

/** Where a suite is easier to read and to append to as JSON Lines. */
const mostYamlCases = 500

const replayProvider = 'recorded'

/** The files of a project out of what was imported. `model` is that of prompts whose file names none. */
export function planProject(imported: Imported, { model }: { model: string }): PlannedProject {
  const ledger = createLedger()
  const taken = new Set<string>()
  const features = imported.features.map((feature) => {
    const name = firstFree(featureName(feature.name).toLowerCase(), taken)
    return plannedFeature({ ...feature, name }, { model, isOnly: imported.features.length === 1 }, ledger)
  })
  const isRecorded = features.some(({ recordings = [] }) => recordings.length > 0)
  return {
    features,
    files: uniqueFiles([...features.flatMap(filesOf), ...(imported.files ?? [])]),
    providers: {
      ...imported.providers,
      ...(isRecorded && { [replayProvider]: { kind: 'replay', files: 'recordings/*.jsonl' } }),
    },
    rows: mergedRows(imported.rows, ledger.rows()),
  }
}

function plannedFeature(
  feature: ImportedFeature,
  { model, isOnly }: { model: string; isOnly: boolean },
  ledger: FidelityLedger,
): PlannedFeature {
  const recordings = feature.recordings?.map((each) => ({
    ...each,
    model: isOnly ? each.model : `${feature.name}/${each.model}`,
  }))
  const settled = settleFeature({ ...feature, ...(recordings && { recordings }) }, ledger)
  const place = `prompts/${feature.name}.prompt.yml`
  if (feature.model === undefined && recordings?.[0] === undefined)
    ledger.add({
      kind: 'field',
      name: 'model',
      outcome: 'approximated',
      note: `the file names none that is known here; written is ${model}`,
      place,
    })
  const suite = `evals/${feature.name}.${settled.cases.length > mostYamlCases ? 'jsonl' : 'yaml'}`
  return {
    ...settled,
    model: recordings?.[0] === undefined ? (feature.model ?? model) : `${replayProvider}:${recordings[0].model}`,
    promptFile: place,
    ...(settled.cases.length > 0 && { suiteFile: suite }),
  }
}

function filesOf(feature: PlannedFeature): { path: string; text: string }[] {
  const { name, promptFile, suiteFile, cases, unscored, recordings = [], ids } = feature
  const lines = recordings.map((each) => JSON.stringify(recordingRow(each, ids)))
  return [
    { path: promptFile, text: promptText(feature) },
    ...(suiteFile === undefined ? [] : [{ path: suiteFile, text: suiteText(suiteFile, cases) }]),
    ...(unscored.length === 0 ? [] : [{ path: `evals/${name}.unscored.jsonl`, text: suiteText('.jsonl', unscored) }]),
    ...(lines.length === 0 ? [] : [{ path: `recordings/${name}.jsonl`, text: `${lines.join('\n')}\n` }]),
  ]
}

function promptText(feature: PlannedFeature): string {
  const { name, description, model, modelParameters, messages, responseFormat, jsonSchema, suiteFile } = feature
  const { tools, toolChoice, inputs, checks, rubric, evaluators = [], recordings = [] } = feature
  const text = yamlText({
    sluice: 1,
    name,
    ...(description !== undefined && { description }),
    model,
    ...(modelParameters && Object.keys(modelParameters).length > 0 && { modelParameters }),
    ...(inputs && Object.keys(inputs).length > 0 && { inputs }),
    messages,
    ...(tools && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(responseFormat && { responseFormat }),
    ...(jsonSchema && { jsonSchema }),
    ...(suiteFile !== undefined && { suites: { fast: `../${suiteFile}` } }),
    ...(checks.length > 0 && { checks }),
    ...(rubric.length > 0 && { rubric }),
    ...(evaluators.length > 0 && { evaluators }),
  })
  if (recordings.length === 0) return text
  const original = feature.recordings?.[0]?.model.replace(`${name}/`, '')
  return `# The answers are those that were imported. For new ones write the model itself, which was ${original}.\n${text}`
}

function suiteText(file: string, cases: readonly SettledCase[]): string {
  const rows = cases.map(caseRow)
  return file.endsWith('.jsonl') ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : yamlText(rows)
}

function caseRow({ id, vars, expected, checks, rubric, tags, weight, cluster, source }: SettledCase) {
  const isEmpty = (list: readonly unknown[] | undefined) => list === undefined || list.length === 0
  return {
    id,
    ...(Object.keys(vars).length > 0 && { vars }),
    ...(expected !== undefined && expected !== null && { expected }),
    ...(!isEmpty(checks) && { checks }),
    ...(!isEmpty(rubric) && { rubric }),
    ...(!isEmpty(tags) && { tags }),
    ...(weight !== undefined && weight !== 1 && { weight }),
    ...(cluster !== undefined && { cluster }),
    ...(source !== undefined && { source }),
  }
}

function recordingRow({ case: index, ...recording }: ImportedRecording, ids: readonly string[]) {
  return { case: ids[index] ?? '', ...recording }
}

/** sluice.yaml of a new project. */
export function configText(providers: PlannedProject['providers']): string {
  return yamlText({ sluice: 1, ...(Object.keys(providers).length > 0 && { providers }) })
}

/** A file of the same path and text may be given several times. */
function uniqueFiles(files: readonly { path: string; text: string }[]) {
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

export function yamlText(value: unknown): string {
  return stringify(wellFormed(value), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** The value with half characters replaced, which no file can hold. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.toWellFormed(), wellFormed(each)]))
}
