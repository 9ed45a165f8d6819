import { createHash } from 'node:crypto'
import { isObject, setOwn } from '../../../json.ts'
import type { Fidelity, FidelityLedger } from '../fidelity.ts'
import { type Data, listOf } from '../file-data.ts'
import type { CheckEntry, ImportedCase } from '../imported.ts'

/**
 * What a field of another tool's row is here. `variables` is a map of them; `source` keeps it under the case's source;
 * `drop` says why it is not there.
 */
export type FieldUse =
  | 'id'
  | 'input'
  | 'expected'
  | 'tags'
  | 'metadata'
  | 'cluster'
  | 'weight'
  | 'variable'
  | 'variables'
  | 'source'
  | 'rubric'
  | { variable: string }
  | { check: string }
  | { drop: string }

/** The fields that a tool's rows may have. Any other is dropped by name. */
export interface RowFields {
  /** For messages, e.g. `Langfuse`. */
  tool: string
  fields: Readonly<Record<string, FieldUse>>
  /** What becomes of a field that the table does not name; by default it is dropped. */
  others?: FieldUse
}

/** A case whose input is not yet put into messages. */
export interface RowCase extends Omit<ImportedCase, 'vars'> {
  /** A text, messages, or a map of variables. */
  input: unknown
  vars: Data
  place: string
}

const notes: Record<string, string> = {
  id: 'the id of the case',
  input: 'what the prompt is asked with',
  expected: 'the reference answer',
  tags: '',
  metadata: 'kept under source; tags and category in it are tags',
  cluster: 'cases of one value count as related',
  weight: '',
  variable: 'a variable',
  variables: 'its keys are variables',
  source: 'kept under source',
  rubric: 'questions for the judge',
}

/** Reads one row; what became of each field goes into the ledger. Fields that are null or absent say nothing. */
export function rowCase(
  row: Data,
  place: string,
  { tool, fields, others }: RowFields,
  ledger: FidelityLedger,
): RowCase {
  const found: RowCase = { id: '', input: undefined, vars: {}, checks: [], rubric: [], place }
  const source: Data = {}
  const tags: string[] = []
  for (const [name, value] of Object.entries(row)) {
    if (value === undefined || value === null || value === '' || isEmpty(value)) continue
    const use = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? others
    const taken = use === undefined ? unknownField(tool) : takeField(found, { name, value, use, source, tags })
    ledger.add({ kind: 'field', name, place, ...taken })
  }
  const id = found.id === '' ? contentId([found.input, found.vars]) : found.id
  return {
    ...found,
    id,
    ...(tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(Object.keys(source).length > 0 && { source }),
  }
}

interface FieldOutcome {
  outcome: Fidelity
  note: string
}

const unknownField = (tool: string): FieldOutcome => ({
  outcome: 'dropped',
  note: `no field of ${tool} that is known here`,
})

/** An id that stays when rows are added or sorted: a hash of what is asked. */
export function contentId(asked: unknown): string {
  return `case-${createHash('sha256')
    .update(JSON.stringify(asked) ?? '')
    .digest('hex')
    .slice(0, 10)}`
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

interface Field {
  name: string
  value: unknown
  use: FieldUse
  source: Data
  tags: string[]
}

function takeField(found: RowCase, { name, value, use, source, tags }: Field): FieldOutcome {
  if (typeof use === 'object') {
    if ('drop' in use) return { outcome: 'dropped', note: use.drop }
    if ('variable' in use) {
      setOwn(found.vars, use.variable, value)
      return { outcome: 'same', note: `the variable ${use.variable}` }
    }
    found.checks.push(...columnChecks(use.check, value))
    return { outcome: 'same', note: `a check: ${use.check}` }
  }
  if (isTaken(found, use)) return { outcome: 'dropped', note: `another field is the ${use} already` }
  if (use === 'id') found.id = textOfValue(value)
  else if (use === 'input') found.input = value
  else if (use === 'expected') return takeExpected(found, value)
  else if (use === 'tags') tags.push(...textsIn(value))
  else if (use === 'cluster') found.cluster = textOfValue(value)
  else if (use === 'weight') return takeWeight(found, value)
  else if (use === 'variable') setOwn(found.vars, name, value)
  else if (use === 'variables') return takeVariables(found, value)
  else if (use === 'rubric') found.rubric.push(...textsIn(value, /\r?\n/).map((ask) => ({ ask })))
  else if (use === 'metadata' && isObject(value)) {
    setOwn(source, name, value)
    tags.push(...textsIn(value.tags), ...textsIn(value.category))
  } else setOwn(source, name, value)
  return { outcome: 'same', note: notes[use] ?? '' }
}

/** What there can be one of. */
function isTaken(found: RowCase, use: FieldUse): boolean {
  if (use === 'id') return found.id !== ''
  return (use === 'input' || use === 'expected' || use === 'cluster' || use === 'weight') && found[use] !== undefined
}

/** A map is of variables, unless it holds the messages of a chat. */
function takeVariables(found: RowCase, value: unknown): FieldOutcome {
  if (!isObject(value) || Array.isArray(value.messages)) {
    if (found.input !== undefined) return { outcome: 'dropped', note: 'another field is the input already' }
    found.input = value
    return { outcome: 'same', note: notes.input ?? '' }
  }
  for (const [key, each] of Object.entries(value)) setOwn(found.vars, key, each)
  return { outcome: 'same', note: notes.variables ?? '' }
}

/** A reference is a text. Of a map with one key its value is meant; any other data is its JSON. */
function takeExpected(found: RowCase, value: unknown): FieldOutcome {
  if (isObject(value)) {
    const [[key, only] = [], ...more] = Object.entries(value)
    if (key !== undefined && more.length === 0) {
      found.expected = textOfValue(only)
      return { outcome: 'approximated', note: `the reference answer is the value of its only key` }
    }
  }
  found.expected = textOfValue(value)
  const isText = typeof value !== 'object'
  return isText
    ? { outcome: 'same', note: notes.expected ?? '' }
    : { outcome: 'approximated', note: 'the reference answer is its JSON' }
}

function takeWeight(found: RowCase, value: unknown): FieldOutcome {
  const weight = Number(value)
  if (!(weight > 0 && Number.isFinite(weight))) return { outcome: 'dropped', note: 'no number above 0' }
  found.weight = weight
  return { outcome: 'same', note: '' }
}

const listChecks = new Set([
  'containsAny',
  'containsAll',
  'equalsAny',
  'notContainsAny',
  'notContainsAll',
  'notEqualsAny',
])

/** The check of a column: its cell is what is compared with, of the checks of lists divided at |. */
function columnChecks(check: string, value: unknown): CheckEntry[] {
  if (listChecks.has(check)) return [{ [check]: textsIn(value, '|').map(literal) }]
  return [{ [check]: /^(?:not)?matches$/i.test(check) ? textOfValue(value) : literal(textOfValue(value)) }]
}

/** Braces of a cell stand for themselves. */
function literal(text: string): string {
  return text.trimEnd().replaceAll(/(\\*)\{\{/g, String.raw`$1$1\{{`)
}

export function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}

/** The texts of a list, or of a text that is divided. */
export function textsIn(value: unknown, divider: string | RegExp = /[;|,]/): string[] {
  const parts = typeof value === 'string' ? value.split(divider) : listOf(value).map(textOfValue)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** A row whose columns such as `inputs.question` are gathered into maps, by a pattern whose group is the key. */
export function rowsOutOfColumns(row: Data, maps: Readonly<Record<string, RegExp>>): Data {
  const gathered: Data = {}
  for (const [name, value] of Object.entries(row)) {
    const [map, key] = Object.entries(maps).flatMap(([into, pattern]) => {
      const found = pattern.exec(name)?.[1]
      return found === undefined ? [] : [into, found]
    })
    if (map === undefined || key === undefined) setOwn(gathered, name, value)
    else if (value !== '' && value !== null) {
      const inner = isObject(gathered[map]) ? gathered[map] : {}
      setOwn(inner, key, value)
      gathered[map] = inner
    }
  }
  return gathered
}
