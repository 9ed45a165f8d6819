import path from 'node:path'
import { invalidInput, SluiceError } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { type Data, parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedFeature } from '../imported.ts'
import { featuresOfRows } from '../rows/case-features.ts'
import { type RowCase, rowCase, textOfValue } from '../rows/row-fields.ts'
import { graderOf } from './eval-classes.ts'

/** Where the registry lies that a file of evals belongs to. */
interface RegistryPlace {
  /** The file with the evals, relative to the folder of the source. */
  file: string
  source: ImportSource
  ledger: FidelityLedger
}

/** The evals of a registry's file: `evals/<name>.yaml`, with `data` and `modelgraded` beside its folder. */
export async function importRegistry(data: unknown, source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const found = await evalsOf(data, { file: path.basename(source.name), source, ledger })
  if (found.length === 0) throw invalidInput(`${source.name} holds no eval that can be imported:\n${reasons(ledger)}`)
  return { features: found, rows: ledger.rows() }
}

/** Every file of evals in a registry. */
export async function importRegistryFolder(source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const files = (
    await Promise.all(['evals/*.yaml', '**/registry/evals/*.yaml', '**/evals/*.yaml'].map(source.list))
  ).flat()
  const features: ImportedFeature[] = []
  for (const file of [...new Set(files)].sort())
    features.push(...(await evalsOf(parseData(await source.textOf(file), file), { file, source, ledger })))
  if (features.length === 0)
    throw invalidInput(
      `${source.name} holds no eval that can be imported: evals/*.yaml was looked for\n${reasons(ledger)}`,
    )
  return { features, rows: ledger.rows() }
}

function reasons(ledger: FidelityLedger): string {
  return ledger
    .rows()
    .slice(0, 5)
    .map(({ name, note }) => `  ${name}: ${note}`)
    .join('\n')
}

async function evalsOf(data: unknown, place: RegistryPlace): Promise<ImportedFeature[]> {
  if (!isObject(data)) throw invalidInput(`${place.file} is no registry of OpenAI Evals: it holds no map`)
  const names = new Map(
    Object.entries(data).flatMap(([name, given]) =>
      isObject(given) && typeof given.id === 'string' ? [[given.id, name]] : [],
    ),
  )
  const found: ImportedFeature[] = []
  for (const [id, spec] of Object.entries(data)) {
    if (!isObject(spec)) throw invalidInput(`${place.file}: ${id} is no map`)
    if (typeof spec.class !== 'string') {
      aliasFields(id, spec, data, place.ledger)
      continue
    }
    const name = names.get(id) ?? id
    try {
      found.push(...(await featuresOfEval(name, { id, spec }, place)))
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      place.ledger.add({ kind: 'assertion', name: spec.class, outcome: 'dropped', note: error.message, place: id })
    }
  }
  return found
}

const aliasNotes: Record<string, string> = {
  metrics: 'the score of a case is the mean of its checks',
  description: 'write it into the prompt file',
  disclaimer: 'write it into the prompt file',
}

function aliasFields(name: string, spec: Data, all: Data, ledger: FidelityLedger): void {
  for (const key of Object.keys(spec).filter((each) => each !== 'id'))
    ledger.add({
      kind: 'field',
      name: key,
      outcome: 'dropped',
      note:
        (Object.hasOwn(aliasNotes, key) ? aliasNotes[key] : undefined) ?? 'no field of a registry that is known here',
      place: name,
    })
  if (typeof spec.id !== 'string' || !Object.hasOwn(all, spec.id))
    ledger.add({
      kind: 'field',
      name: 'id',
      outcome: 'dropped',
      note: `the eval ${textOfValue(spec.id)} is not in this file`,
      place: name,
    })
}

const argNotes: Record<string, string> = {
  max_tokens: 'write it as maxTokens of modelParameters',
  num_few_shot: 'examples are not added to the prompt; write them as messages',
  few_shot_jsonl: 'examples are not added to the prompt; write them as messages',
  modelgraded_spec_args: 'put into the question of the judge',
}
const takenArgs = new Set([
  'samples_jsonl',
  'modelgraded_spec',
  'modelgraded_spec_file',
  'eval_type',
  'ignore_case',
  'samples_renamings',
  'metaeval',
  'multicomp_n',
  'multicomp_temperature',
  'match_fn',
])

async function featuresOfEval(
  name: string,
  { id, spec }: { id: string; spec: Data },
  place: RegistryPlace,
): Promise<ImportedFeature[]> {
  const { ledger } = place
  const args = isObject(spec.args) ? spec.args : {}
  const grader = await graderOf(String(spec.class), args, (reference) =>
    registryText([`modelgraded/${reference}.yaml`], place),
  )
  const { samples_jsonl: reference, samples_renamings: renamings } = args
  if (typeof reference !== 'string') throw invalidInput('it names no samples_jsonl')
  const text = await registryText([`data/${reference}`, reference], place)
  if (text.startsWith('version https://git-lfs'))
    throw invalidInput(`${reference} is a pointer of Git LFS: run "git lfs pull" first`)
  const rows = parseLines(text, reference)
  if (rows.length === 0) throw invalidInput(`${reference} has no samples`)
  for (const key of Object.keys(args).filter((each) => !takenArgs.has(each)))
    ledger.add({
      kind: 'field',
      name: `args.${key}`,
      outcome: 'dropped',
      note: (Object.hasOwn(argNotes, key) ? argNotes[key] : undefined) ?? 'no argument that is known here',
      place: id,
    })
  const fields = { input: 'input', id: 'id', metadata: 'metadata' } as const
  const cases = rows.map((given, index): RowCase => {
    const where = `${reference}:${index + 1}`
    if (!isObject(given)) throw invalidInput(`${where} is no map of fields`)
    const { ideal, ...row } = renamed(given, renamings)
    const ideals = (Array.isArray(ideal) ? ideal : ideal === undefined ? [] : [ideal]).map((each: unknown) =>
      textOfValue(each),
    )
    const item = rowCase(row, where, { tool: 'OpenAI Evals', fields, others: 'variable' }, ledger)
    const graded = grader.checksOf(ideals, ideal)
    ledger.add({ kind: 'assertion', name: grader.name, outcome: graded.outcome, note: graded.note, place: where })
    return { ...item, ...(ideals.length > 0 && { expected: ideals.join('\nor: ') }), checks: graded.checks }
  })
  if (rows.some((row) => isObject(row) && row.ideal !== undefined))
    ledger.add(
      { kind: 'field', name: 'ideal', outcome: 'same', note: 'the reference answer', place: reference },
      rows.length,
    )
  const { evaluators } = grader
  const made = featuresOfRows(cases, { name, ledger, asksReference: evaluators.length === 0 })
  return evaluators.length === 0
    ? made
    : made.map((feature) => ({ ...feature, evaluators, cases: feature.cases.map(withInput) }))
}

/** The judge is shown `input`: of several messages all of them as one text. */
function withInput(item: ImportedFeature['cases'][number]): ImportedFeature['cases'][number] {
  if (Object.hasOwn(item.vars, 'input')) return item
  const input = Object.values(item.vars)
    .filter((value) => typeof value === 'string')
    .join('\n')
  return { ...item, vars: { ...item.vars, input } }
}

function renamed(row: Data, renamings: unknown): Data {
  if (!isObject(renamings)) return row
  const name = (key: string) => (Object.hasOwn(renamings, key) ? String(renamings[key]) : key)
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [name(key), value]))
}

/**
 * The first of several files that is there, in the registry whose evals lie in a folder of it.
 * @throws SluiceError `invalid-input` where none is; that one may not be read says more than that others are not there
 */
async function registryText(references: readonly string[], { file, source }: RegistryPlace): Promise<string> {
  const root = source.isFolder ? [path.posix.dirname(path.posix.dirname(file))] : ['', '..']
  const faults: unknown[] = []
  for (const place of root.flatMap((folder) => references.map((each) => path.posix.join(folder, each)))) {
    try {
      return await source.textOf(place)
    } catch (error) {
      faults.push(error)
    }
  }
  throw faults.find((error) => error instanceof SluiceError && error.message.includes('--root')) ?? faults[0]
}
