import type { z } from 'zod'
import { hint } from '../../../text/did-you-mean.ts'
import { nearestData, Written } from '../values/written.ts'
import type { Diagnostic } from './diagnostic.ts'
import { issueMessage } from './issue-message.ts'
import type { Source } from './source.ts'

export interface ValidateOptions {
  /** Report keys that the schema does not know as warnings. Default false: they are errors. */
  tolerateUnknownKeys?: boolean
  /** Keys at the top that would be known under a condition, and that condition. */
  conditional?: { keys: readonly string[]; condition: string }
}

/**
 * Checks a parsed file against its schema and reports every fault at its place. The data is there when the file is
 * valid, and also when its only faults are unknown keys, so that whatever else is wrong can be found in one go.
 * A scalar that keeps its text (see `Written`) is its value where the schema asks for a number or a boolean.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  source: Source,
  { tolerateUnknownKeys = false, conditional = { keys: [], condition: '' } }: ValidateOptions = {},
): { data?: z.output<S>; diagnostics: Diagnostic[] } {
  const knownKeys = new WeakMap<readonly string[], string[]>()
  const parse = (value: unknown) => {
    return schema.safeParse(value, {
      error: (issue) => {
        if (issue.code === 'unrecognized_keys') knownKeys.set(issue.keys, shapeKeys(issue.inst))
        return undefined
      },
    })
  }
  const diagnosticsOf = (issue: z.core.$ZodIssue): Diagnostic[] => {
    if (issue.code !== 'unrecognized_keys')
      return [located(source, issue.path, issueMessage(issue, valueAt(source.value, issue.path)))]
    const { keys, condition } = issue.path.length === 0 ? conditional : { keys: [], condition: '' }
    const known = [...new Set([...(knownKeys.get(issue.keys) ?? []), ...keys])]
    const severity = tolerateUnknownKeys ? 'warning' : 'error'
    return issue.keys.map((key) => {
      const message = known.includes(key) ? condition : `unknown key "${key}"${hint(key, known)}`
      return locatedKey(source, issue.path, key, message, severity)
    })
  }

  const { result, value } = parseScalars(parse, source.value)
  if (result.success) return { data: result.data, diagnostics: [] }
  const { issues } = result.error
  const flat = issues.flatMap(issuesOfForm)
  const diagnostics = flat.filter((issue) => !isMisspelt(issue, flat)).flatMap(diagnosticsOf)
  if (!issues.every(({ code }) => code === 'unrecognized_keys')) return { diagnostics }
  const retried = parse(withoutKeys(value, issues))
  return retried.success ? { data: retried.data, diagnostics } : { diagnostics }
}

/**
 * Where a value may be written in several forms, the faults of the form that it has: a union by itself says no more
 * than that none of them fits.
 */
function issuesOfForm(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const ofForm = issue.errors.filter((found) => !found.some(({ code, path }) => path.length === 0 && wrapped.has(code)))
  const [found, ...others] = ofForm
  if (found === undefined || others.length > 0) return [issue]
  return found.flatMap(issuesOfForm).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** A diagnostic at the place of a path in the file. */
export function located(
  source: Source,
  path: readonly PropertyKey[],
  message: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { severity, file: source.file, ...source.at(path), path: path.map(String).join('.'), message }
}

/** A diagnostic at a key of the map at a path. */
export function locatedKey(
  source: Source,
  path: readonly PropertyKey[],
  key: string,
  message: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { ...located(source, [...path, key], message, severity), ...source.at(path, key) }
}

/** Whether an absent key need not be reported because an unknown key beside it is probably the same, misspelt. */
function isMisspelt(issue: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  if (issue.code !== 'custom' || issue.params?.absent !== true) return false
  const path = issue.path.join('.')
  return issues.some((other) => other.code === 'unrecognized_keys' && other.path.join('.') === path)
}

function shapeKeys(schema: unknown): string[] {
  const { shape } = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def ?? {}
  return shape === undefined ? [] : Object.keys(shape)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value
  for (const key of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<PropertyKey, unknown>)[key]
  }
  return current
}

/** Parses again with plain values wherever a value was refused only because its scalar is wrapped (see `Written`). */
function parseScalars<R extends { error?: { issues: z.core.$ZodIssue[] } | undefined }>(
  parse: (value: unknown) => R,
  original: unknown,
): { result: R; value: unknown } {
  const result = parse(original)
  const issues = (result.error?.issues ?? []).filter(({ code }) => wrapped.has(code))
  const value = issues.reduce((whole, { path }) => changedAt(whole, path, nearestData), original)
  return value === original ? { result, value } : parseScalars(parse, value)
}

const wrapped: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union'])

/** A copy of the value in which the part at a path is changed; the value itself where it stays the same. */
function changedAt(value: unknown, path: readonly PropertyKey[], change: (part: unknown) => unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return change(value)
  if (value === null || typeof value !== 'object' || value instanceof Written || !Object.hasOwn(value, key))
    return value
  const before = (value as Record<PropertyKey, unknown>)[key]
  const after = changedAt(before, rest, change)
  if (Object.is(after, before)) return value
  const copy = Array.isArray(value) ? [...value] : { ...value }
  return Object.assign(copy, { [key]: after })
}

/** A copy of the value without the keys that issues report as unknown. */
function withoutKeys(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  return issues.reduce((whole, issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
    return changedAt(whole, issue.path, (part) => {
      if (part === null || typeof part !== 'object') return part
      return Object.fromEntries(Object.entries(part).filter(([key]) => !keys.includes(key)))
    })
  }, value)
}
