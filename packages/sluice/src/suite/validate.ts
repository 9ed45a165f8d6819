import type { z } from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { issueMessage } from './issue-message.ts'
import type { Source } from './source.ts'
import { hint } from './suggest.ts'

export interface ValidateOptions {
  /** Report keys that the schema does not know as warnings. Default false: they are errors. */
  tolerateUnknownKeys?: boolean
  /** Keys at the top that would be known under a condition, and that condition. */
  conditional?: { keys: readonly string[]; condition: string }
}

/**
 * Checks a parsed file against its schema and reports every fault at its place. The data is there when the file is
 * valid, and also when its only faults are unknown keys, so that whatever else is wrong can be found in one go.
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

  const result = parse(source.value)
  if (result.success) return { data: result.data, diagnostics: [] }
  const { issues } = result.error
  const diagnostics = issues.filter((issue) => !goesWithoutSaying(issue, issues)).flatMap(diagnosticsOf)
  if (!issues.every(({ code }) => code === 'unrecognized_keys')) return { diagnostics }
  const retried = parse(withoutKeys(source.value, issues))
  return retried.success ? { data: retried.data, diagnostics } : { diagnostics }
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

/** An absent key beside an unknown one: the unknown one is it, misspelt. */
function goesWithoutSaying(issue: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
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

/** A copy of the value in which the keys that issues complain about are gone. */
function withoutKeys(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(value)
  for (const issue of issues) {
    const parent = valueAt(copy, issue.path)
    if (issue.code !== 'unrecognized_keys' || parent === null || typeof parent !== 'object') continue
    for (const key of issue.keys) Reflect.deleteProperty(parent, key)
  }
  return copy
}
