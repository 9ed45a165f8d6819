import { variablesOf } from '../../../core/suite/values/template.ts'
import { invalidInput } from '../../../errors.ts'
import { isObject, setOwn } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { type Data, listOf } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedCase, ImportedFeature } from '../imported.ts'
import { contentId, textOfValue } from '../rows/row-fields.ts'
import { type HostedExport, itemOf } from './hosted-export.ts'
import { createReviewFiles, type HostedGrader, hostedGraders } from './hosted-graders.ts'
import { promptOfRun, recordingsOf } from './hosted-runs.ts'

/** Evals of the hosted product: rows as cases, testing criteria as checks, answers of runs as recordings. */
export async function importHosted(exports: readonly HostedExport[], source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const review = createReviewFiles()
  const features = exports.map((each, index) => {
    const place = exports.length === 1 ? '' : `[${index}].`
    return featureOf(each, {
      place,
      ledger,
      graders: hostedGraders(each.spec.testing_criteria, { place, ledger, review }),
    })
  })
  if (features.every(({ cases }) => cases.length === 0)) {
    throw invalidInput(
      `${source.name} has no rows: export them too, or import the file of rows ({"item": ...} in each line) by itself`,
    )
  }
  return { features, files: review.files(), rows: ledger.rows() }
}

interface EvalSite {
  place: string
  ledger: FidelityLedger
  graders: HostedGrader[]
}

function featureOf(given: HostedExport, { place, ledger, graders }: EvalSite): ImportedFeature {
  const { spec, runs } = given
  const prompt = promptOfRun(runs, `${place}runs`, ledger)
  const asked = new Set((prompt.messages ?? []).flatMap(({ content }) => variablesOf(content)))
  const reference = graders.map((grader) => grader.reference).find((key) => key !== undefined && !asked.has(key))
  const items = itemsOf(given)
  const used = new Set(graders.flatMap((grader) => grader.variables))
  const cases = items.map((item, index) => caseOf(item, { index, place, reference, paths: [...used, ...asked] }))
  if (reference !== undefined)
    ledger.add(
      {
        kind: 'field',
        name: `item.${reference}`,
        outcome: 'same',
        note: 'the reference answer, since a grader compares with it',
        place: `${place}rows`,
      },
      cases.length,
    )
  ledger.add(
    { kind: 'field', name: 'item', outcome: 'same', note: 'its keys are variables', place: `${place}rows` },
    cases.length,
  )
  otherFields(spec, place, ledger)
  const withReference = <Value>(value: Value): Value =>
    reference === undefined ? value : renamedVariable(value, reference)
  const checks = graders.flatMap((grader) => grader.checks).map(withReference)
  const rubric = graders.flatMap((grader) => grader.rubric)
  const evaluators = graders.flatMap((grader) => grader.evaluators).map(withReference)
  const parts = graders.map((grader) => ({ ...grader.part, checks: grader.checks.map(withReference) }))
  return {
    name: typeof spec.name === 'string' && spec.name !== '' ? spec.name : 'openai-evals',
    ...prompt,
    checks,
    rubric,
    evaluators,
    cases: cases.map((item) => ({ ...item, parts })),
    recordings: recordingsOf(runs, items, ledger),
  }
}

/** The items of the rows; without rows those that the runs were asked with. */
function itemsOf({ rows, runs }: HostedExport): Data[] {
  const inRuns = runs.flatMap(({ run, items }) => [
    ...contentOf(run),
    ...items.map(({ datasource_item: item }) => item),
  ])
  const found = new Map<string, Data>()
  for (const given of rows.length > 0 ? rows : inRuns) {
    const item = itemOf(given)
    if (item !== undefined) found.set(JSON.stringify(item), item)
  }
  return [...found.values()]
}

function contentOf({ data_source: data }: Data): unknown[] {
  const from = isObject(data) && isObject(data.source) ? data.source.content : undefined
  return listOf(from)
}

interface CasePlace {
  index: number
  place: string
  reference: string | undefined
  /** Paths into the item that templates use, e.g. `customer.name`. */
  paths: readonly string[]
}

function caseOf(item: Data, { index, place, reference, paths }: CasePlace): ImportedCase {
  const vars: Data = {}
  for (const [name, value] of Object.entries(item)) if (name !== reference) setOwn(vars, name, value)
  for (const path of paths.filter((each) => each.includes('.'))) setOwn(vars, path, valueAt(item, path) ?? '')
  return {
    id: typeof item.id === 'string' || typeof item.id === 'number' ? String(item.id) : contentId(item),
    vars,
    ...(reference !== undefined && { expected: textOfValue(item[reference] ?? '') }),
    checks: [],
    rubric: [],
    source: { openai: `${place}rows[${index}]` },
    origins: () => [JSON.stringify(item)],
  }
}

function valueAt(item: Data, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), item)
}

/** The texts of a value with a variable under its other name, `expected`. */
function renamedVariable<Value>(value: Value, name: string): Value {
  if (typeof value === 'string') return value.replaceAll(`{{${name}}}`, '{{expected}}') as Value
  if (Array.isArray(value)) return value.map((each: unknown) => renamedVariable(each, name)) as Value
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamedVariable(each, name)])) as Value
}

const specNotes: Record<string, string> = {
  data_source_config: 'the schema of the rows; variables have no types here',
  metadata: 'no field of a prompt file',
}

function otherFields(spec: Data, place: string, ledger: FidelityLedger): void {
  const taken = new Set(['name', 'testing_criteria', 'id', 'object', 'created_at'])
  for (const key of Object.keys(spec).filter((each) => !taken.has(each)))
    ledger.add({
      kind: 'field',
      name: key,
      outcome: 'dropped',
      note: (Object.hasOwn(specNotes, key) ? specNotes[key] : undefined) ?? 'no field of an eval that is known here',
      place: `${place}eval`,
    })
}
