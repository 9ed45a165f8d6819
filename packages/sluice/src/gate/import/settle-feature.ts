import { withoutFiles } from '../../core/suite/cases/file-variables.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import { setOwn } from '../../json.ts'
import type { FidelityLedger } from './fidelity.ts'
import type { CheckEntry, ImportedCase, ImportedFeature, RubricEntry } from './imported.ts'
import { escapeBraces } from './literal.ts'

interface SettledRubric extends RubricEntry {
  id: string
}

export interface SettledCase extends ImportedCase {
  rubric: SettledRubric[]
}

/**
 * A feature as its files will have it: ids are unique, every variable is set where it is used, nothing stands twice.
 */
export interface SettledFeature extends Omit<ImportedFeature, 'cases' | 'checks' | 'rubric' | 'messages'> {
  messages: NonNullable<ImportedFeature['messages']>
  checks: CheckEntry[]
  rubric: SettledRubric[]
  cases: SettledCase[]
  /** The cases that nothing scores. They are in no suite, since they would pass whatever the answer. */
  unscored: SettledCase[]
  /** The id of each case, in the order in which they were imported. */
  ids: string[]
}

/** Makes a feature ready to be written. What had to change for it goes into the ledger. */
export function settleFeature(imported: ImportedFeature, ledger: FidelityLedger): SettledFeature {
  const feature = withoutFileReads(withFreeExpected(imported, ledger), ledger)
  const ids = uniqueIds(
    feature.cases.map(({ id }) => id),
    ledger,
  )
  const checks = shared(feature.cases.map((each) => each.checks))
  const rubric = shared(feature.cases.map((each) => each.rubric))
  const ofAll = {
    checks: [...(feature.checks ?? []), ...checks],
    rubric: withIds([...(feature.rubric ?? []), ...rubric], new Set()),
  }
  const taken = new Set(ofAll.rubric.map(({ id }) => id))
  const messages = feature.messages ?? starterMessages(feature, ledger)
  const { evaluators = [] } = feature
  const inAll = new Set([...messages.map(({ content }) => content), ...ofAll.checks, ...evaluators].flatMap(namesIn))
  inAll.delete('completion')
  const settled = feature.cases.map((each, index): SettledCase => {
    const item = {
      ...each,
      id: ids[index] ?? '',
      checks: without(each.checks, checks),
      rubric: withIds(without(each.rubric, rubric), new Set(taken)),
    }
    return withVariables(item, new Set([...inAll, ...item.checks.flatMap(namesIn)]), ledger)
  })
  const isScored = ({ checks: own, rubric: asked }: SettledCase) =>
    evaluators.length > 0 ||
    [...ofAll.checks, ...ofAll.rubric, ...own, ...asked].some(({ weight = 1 }) => Number(weight) > 0)
  const unscored = settled.filter((item) => !isScored(item))
  if (unscored.length > 0)
    ledger.add(
      {
        kind: 'field',
        name: 'case without a check',
        outcome: 'dropped',
        note: 'nothing would score it; kept in a file that no prompt reads, until it has a check or a rubric',
        place: unscored[0]?.id ?? '',
      },
      unscored.length,
    )
  return { ...feature, ...ofAll, messages, cases: settled.filter(isScored), unscored, ids }
}

function withoutFileReads(feature: ImportedFeature, ledger: FidelityLedger): ImportedFeature {
  const cases = feature.cases.map((each) => {
    const { vars, changed } = withoutFiles(each.vars)
    for (const name of changed)
      ledger.add({
        kind: 'field',
        name: `variable ${name}`,
        outcome: 'approximated',
        note: 'a map with the key file alone would be read as a file; it is written as its JSON text',
        place: each.id,
      })
    return changed.length === 0 ? each : { ...each, vars }
  })
  return { ...feature, cases }
}

/**
 * `expected` is the name of the reference answer and cannot be a variable: it becomes the reference, and where the
 * messages use it, a variable of another name.
 */
function withFreeExpected(feature: ImportedFeature, ledger: FidelityLedger): ImportedFeature {
  const { cases, messages = [] } = feature
  if (!cases.some(({ vars }) => Object.hasOwn(vars, 'expected'))) return feature
  const isSent = messages.some(({ content }) => variablesOf(content).includes('expected'))
  const note = isSent
    ? 'renamed to expected_value, since the model may not see the reference'
    : 'is the reference answer'
  ledger.add(
    { kind: 'field', name: 'variable expected', outcome: 'same', note, place: cases[0]?.id ?? '' },
    cases.length,
  )
  const renamed = isSent ? messages.map((each) => ({ ...each, content: withOtherName(each.content) })) : messages
  return {
    ...feature,
    ...(feature.messages && { messages: renamed }),
    cases: cases.map((each) => {
      const { expected: value, ...vars } = each.vars
      if (value === undefined) return each
      const reference = each.expected ?? value
      return { ...each, expected: reference, vars: isSent ? { ...vars, expected_value: value } : vars }
    }),
  }
}

const withOtherName = (text: string) => text.replaceAll(/\{\{\s*expected\s*\}\}/g, '{{expected_value}}')

/** The ids made valid and unique, in their order. */
function uniqueIds(given: readonly string[], ledger: FidelityLedger): string[] {
  const taken = new Set<string>()
  return given.map((name, index) => {
    const clean = name.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() || `case-${index + 1}`
    const id = firstFree(clean, taken)
    if (id !== clean)
      ledger.add({
        kind: 'field',
        name: 'id given twice',
        outcome: 'approximated',
        note: 'later cases of the same id have a number added',
        place: clean,
      })
    return id
  })
}

/** The name, with the first number that makes it new; it is taken from then on. */
export function firstFree(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`
  taken.add(free)
  return free
}

/** The entries that every one of several lists has, if there are at least two lists. */
function shared<Entry extends object>([first = [], ...others]: readonly (readonly Entry[])[]): Entry[] {
  if (others.length === 0) return []
  const counted = others.map(counts)
  const used = new Map<string, number>()
  return first.filter((entry) => {
    const key = JSON.stringify(entry)
    const nth = (used.get(key) ?? 0) + 1
    if (!counted.every((each) => (each.get(key) ?? 0) >= nth)) return false
    used.set(key, nth)
    return true
  })
}

function counts(entries: readonly object[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const entry of entries) {
    const key = JSON.stringify(entry)
    found.set(key, (found.get(key) ?? 0) + 1)
  }
  return found
}

/** The entries without one occurrence of each of the others. */
function without<Entry extends object>(entries: readonly Entry[], others: readonly Entry[]): Entry[] {
  if (others.length === 0) return [...entries]
  const left = counts(others)
  return entries.filter((entry) => {
    const key = JSON.stringify(entry)
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count <= 0
  })
}

/** Items with ids, taken from their questions where they have none. */
function withIds(items: readonly RubricEntry[], taken: Set<string>): SettledRubric[] {
  return items.map(({ id, ...item }) => {
    const clean = (id ?? item.ask.split(/\s+/).slice(0, 6).join('-'))
      .normalize('NFKD')
      .replaceAll(/[^\w.-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40)
    return { id: firstFree(clean === '' ? 'item' : clean, taken), ...item }
  })
}

/** The variables that texts of an entry use. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return variablesOf(value)
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(namesIn)
}

/** The case with a value for each variable that is used, and without the others, which its source keeps. */
function withVariables(item: SettledCase, used: ReadonlySet<string>, ledger: FidelityLedger): SettledCase {
  const vars: Record<string, unknown> = {}
  const unused: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(item.vars)) setOwn(used.has(name) ? vars : unused, name, value)
  const row = { kind: 'field', place: item.id } as const
  for (const name of Object.keys(unused))
    ledger.add({
      ...row,
      name: `variable ${name}`,
      outcome: 'same',
      note: 'no prompt and no check uses it; kept under source',
    })
  let { expected } = item
  for (const name of used) {
    if (Object.hasOwn(vars, name) || (name === 'expected' && expected !== undefined)) continue
    if (name === 'expected') expected = ''
    else setOwn(vars, name, '')
    ledger.add({
      ...row,
      name: `variable ${name}`,
      outcome: 'approximated',
      note: 'not set by the case: an empty text',
    })
  }
  const source = Object.keys(unused).length === 0 ? item.source : { ...item.source, vars: unused }
  return { ...item, vars, ...(expected !== undefined && { expected }), ...(source && { source }) }
}

/** The messages for cases that came without a prompt: all their variables, for the user to put into words. */
function starterMessages({ cases }: ImportedFeature, ledger: FidelityLedger): SettledFeature['messages'] {
  const names = [...new Set(cases.flatMap(({ vars }) => Object.keys(vars)))]
  ledger.add({
    kind: 'field',
    name: 'prompt',
    outcome: 'approximated',
    note: 'there is none in the file: all variables are sent as they are; write your prompt',
    place: cases[0]?.id ?? '',
  })
  const [only] = names
  if (only === undefined) return [{ role: 'user', content: 'Write your prompt here.' }]
  const content =
    names.length === 1 ? `{{${only}}}` : names.map((name) => `${escapeBraces(name)}: {{${name}}}`).join('\n')
  return [{ role: 'user', content }]
}
