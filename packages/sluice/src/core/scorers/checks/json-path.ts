import { isDeepStrictEqual } from 'node:util'
import { errorMessage } from '../../../errors.ts'
import type { Case } from '../../suite/cases/case.ts'
import type { JsonPathCheck } from '../../suite/checks/check-spec.ts'
import { decimalOf, exactData, textOf, Written } from '../../suite/values/written.ts'
import { CheckError } from './check-error.ts'
import { comparableText } from './comparable-text.ts'
import { parseOutput } from './json.ts'
import { type CheckScore, type Measure, passOrFail } from './measure.ts'
import { compileCheckPattern } from './pattern.ts'
import { quoted } from './quoted.ts'
import { shortLength, timeLimitFor, withinTime } from './time-limit.ts'
import { renderValue } from './value-template.ts'

/** Looks at what an RFC 9535 path selects in the output. */
export function measureJsonPath(spec: JsonPathCheck, strict: boolean): Measure {
  return async ({ output, case: subject }) => {
    const parsed = parseOutput(output)
    if ('fault' in parsed) return parsed.fault
    return judgeSelected(spec, parsed, { length: output.length, subject, strict })
  }
}

interface Selection {
  /** How long the document is as a text. */
  length: number
  subject: Case
  strict: boolean
  /** Throws for a value that cannot be compared. */
  check?: (selected: unknown, path: string) => void
}

/**
 * `exists` asks whether the path selects anything; `equals` and `matches` must hold for every selected value, and there
 * must be at least one: of `$.items[*].done` all are meant.
 */
export async function judgeSelected(
  spec: JsonPathCheck,
  document: { value: unknown; exact: unknown },
  { length, subject, strict, check }: Selection,
): Promise<CheckScore> {
  const { path, exists } = spec.value
  const limitMs = timeLimitFor(length)
  const selected = await selectByPath(document, path, limitMs)
  const count = `${path} selects ${selected.length} ${selected.length === 1 ? 'value' : 'values'}`
  if (exists !== undefined) return passOrFail(selected.length > 0 === exists, count)
  if (selected.length === 0) return passOrFail(false, `${path} selects nothing`)
  const { holds, longestQuick, late } = condition(spec, subject, strict)
  const findOdd = () => {
    for (const value of selected) check?.(value, path)
    return selected.find((value) => !holds(value))
  }
  // One limit for all values: they may be many, and stand inside each other.
  const isQuick = selected.length * length <= longestQuick
  const odd = isQuick ? findOdd() : withinTime(limitMs, findOdd, () => late(limitMs, length))
  return odd === undefined
    ? passOrFail(true, `${count}, as wanted`)
    : passOrFail(false, `${path} holds ${quoted(JSON.stringify(odd))}`)
}

/** What the path selects: filters see JavaScript's numbers, the values selected keep all their digits. */
export async function selectByPath(
  { value, exact }: { value: unknown; exact: unknown },
  path: string,
  limitMs: number,
): Promise<unknown[]> {
  const { exec } = await import('jsonpath-rfc9535')
  const late = () => new CheckError(`the path ${path} took more than ${limitMs} ms; simplify its filters`)
  try {
    return withinTime(
      limitMs,
      () => {
        const selected: unknown[] = []
        exec(value as Parameters<typeof exec>[0], path, (found, place) => {
          selected.push(value === exact ? found : at(exact, place))
        })
        return selected
      },
      late,
    )
  } catch (cause) {
    if (cause instanceof CheckError) throw cause
    const reason = errorMessage(cause)
    throw new CheckError(`${path} is not a JSONPath of RFC 9535: ${reason}`, { cause })
  }
}

function at(document: unknown, place: readonly (string | number)[]): unknown {
  return place.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], document)
}

interface Condition {
  holds: (selected: unknown) => boolean
  /** How long all selected values may be together without a need for a limit. */
  longestQuick: number
  late: (limitMs: number, length: number) => CheckError
}

function condition({ value, caseSensitive }: JsonPathCheck, subject: Case, strict: boolean): Condition {
  if (value.matches !== undefined) {
    const source = renderValue(value.matches, subject, { strict, isPattern: true })
    const pattern = compileCheckPattern(source, caseSensitive)
    const { longestQuick, tooSlow } = pattern
    return { holds: (selected) => pattern.testUnlimited(textOf(selected)), longestQuick, late: tooSlow }
  }
  const comparable = (json: unknown) => mapTexts(json, (text) => comparableText(text, caseSensitive))
  const wanted = comparable(mapTexts(exactData(value.equals), (text) => renderValue(text, subject, { strict })))
  return {
    holds: (selected) => isDeepStrictEqual(comparable(selected), wanted),
    longestQuick: shortLength,
    late: (limitMs) => new CheckError(`comparing what ${value.path} selects took more than ${limitMs} ms`),
  }
}

/** A JSON value with every string in it replaced, keys excepted, and long numbers in one spelling. */
export function mapTexts(json: unknown, change: (text: string) => string): unknown {
  if (typeof json === 'string') return change(json)
  if (json instanceof Written) return new Written(json.value, decimalOf(json.source))
  if (Array.isArray(json)) return json.map((item) => mapTexts(item, change))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, mapTexts(value, change)]))
}
