import type { z } from 'zod'
import { issueMessage } from '../../../core/suite/diagnostics/issue-message.ts'
import { Problem } from './problem.ts'

export interface Fault {
  path: string
  message: string
}

const most = 20

/**
 * A part of a request, checked by its schema; `where` is `body`, `query` or `path`.
 * @throws Problem 400 with the places of the first twenty faults
 */
export function validated<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = faultsOf(result.error.issues, value).map((fault) => {
    return where === 'body' ? fault : { ...fault, path: `${where}${fault.path.replaceAll('/', '.')}` }
  })
  const [first] = errors
  const detail = `The ${where} of the request is not valid: ${first?.path || where} ${first?.message}.`
  throw new Problem({ status: 400, code: 'invalid-request', detail, errors: errors.slice(0, most) })
}

/**
 * The faults that a schema found, with their places. Of a union, the faults of the closest alternative are reported.
 */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  at: readonly PropertyKey[] = [],
): Fault[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path]
    const input = valueAt(value, issue.path)
    if (issue.code !== 'invalid_union' || issue.errors.length === 0)
      return [{ path: pointer(path), message: issueMessage(issue, input) }]
    return faultsOf(closest(issue.errors), input, path)
  })
}

function closest(alternatives: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  return alternatives.reduce((best, issues) => (issues.length < best.length ? issues : best))
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, key) => {
    const inside = current !== null && typeof current === 'object' && Object.hasOwn(current, key)
    return inside ? (current as Record<PropertyKey, unknown>)[key] : undefined
  }, value)
}

/** A JSON Pointer (RFC 6901), e.g. `/outcomes/3/unit`; the empty text means the whole value. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
