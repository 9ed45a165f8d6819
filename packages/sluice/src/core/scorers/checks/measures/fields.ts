import { isDeepStrictEqual } from 'node:util'
import type { FieldsCheck } from '../../../suite/checks/check-spec.ts'
import type { FieldKind } from '../../../suite/checks/measure-settings.ts'
import { canonicalJson } from '../../../suite/values/canonical-json.ts'
import { decimalOf, exactData, isJsonNumber, nearestData, textOf, Written } from '../../../suite/values/written.ts'
import { CheckError } from '../check-error.ts'
import { comparableText } from '../comparable-text.ts'
import { parseOutput } from '../json.ts'
import { mapTexts } from '../json-path.ts'
import type { Measure } from '../measure.ts'
import { readEvenlyWithin } from '../time-limit.ts'
import { renderValue } from '../value-template.ts'

interface Comparison {
  kind: FieldKind
  tolerance: number
  caseSensitive: boolean
}

/**
 * Whether the JSON output has the expected values. The score is the share of fields that are right. An output that is
 * no JSON has none of them right, since an application could not read it either.
 */
export function measureFields({ value, caseSensitive }: FieldsCheck, strict: boolean): Measure {
  const { expected, kinds = {}, tolerance = 0 } = value
  return ({ output, case: subject }) => {
    const wanted = Object.entries(expected).map(([name, given]) => ({
      name,
      wanted: mapTexts(exactData(given), (text) => renderValue(text, subject, { strict })),
    }))
    const parsed = parseOutput(output)
    const fault = faultOf(parsed, Object.keys(expected))
    const found = 'fault' in parsed ? undefined : parsed.exact
    const compared = () =>
      wanted.map(({ name, wanted: right }) => {
        const kind = kinds[name] ?? (typeof nearestData(right) === 'number' ? 'number' : 'exact')
        const allowed = typeof tolerance === 'number' ? tolerance : (tolerance[name] ?? 0)
        const got = valueAt(found, name)
        const isRight = isSame(right, got, { kind, tolerance: allowed, caseSensitive }, name)
        return { name, got, right: isRight && fault === undefined }
      })
    const fields = readEvenlyWithin('the fields of the output', output.length, compared)
    const wrong = fields.filter(({ right }) => !right)
    const count = `${fields.length - wrong.length} of ${fields.length} fields are right`
    const wrongTexts = wrong.map(({ name, got }) => `${name} is ${got === undefined ? 'absent' : cut(shown(got))}`)
    const why = fault ?? wrongTexts.join(', ')
    return {
      score: (fields.length - wrong.length) / fields.length,
      reason: `${count}${why === '' ? '' : `; ${why}`}`,
      measured: { kind: 'fields', fields: fields.map(({ name, right }) => ({ name, right })) },
    }
  }
}

/** Why an output can have no field at all: also not one that is expected to be absent, since it is no such answer. */
function faultOf(parsed: ReturnType<typeof parseOutput>, names: readonly string[]): string | undefined {
  if ('fault' in parsed) return parsed.fault.reason
  const { exact } = parsed
  const isData = typeof exact === 'object' && exact !== null && !(exact instanceof Written)
  const hasFields = isData && (!Array.isArray(exact) || names.every((name) => /^\d+(?:\.|$)/.test(name)))
  return hasFields ? undefined : `the output is ${cut(shown(exact))}, which has no fields`
}

const cut = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text)
const shown = (value: unknown) => JSON.stringify(value) ?? String(value)

/** A field by its name, or by a path of names with dots between them. Undefined where it is absent. */
function valueAt(data: unknown, name: string): unknown {
  const own = (value: unknown, key: string) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined
  return own(data, name) ?? name.split('.').reduce(own, data)
}

function isSame(wanted: unknown, got: unknown, how: Comparison, name: string): boolean {
  if (wanted === null) return got === null || got === undefined
  if (got === undefined) return false
  switch (how.kind) {
    case 'exact':
      return isDeepStrictEqual(comparable(wanted, how), comparable(got, how))
    case 'number': {
      const [right, number] = [numberTextOf(wanted), numberTextOf(got)]
      if (right === undefined) throw new CheckError(`fields: the expected ${name} is no number`)
      return number !== undefined && isNear(right, number, how.tolerance)
    }
    case 'date': {
      const right = dayOf(wanted)
      if (right === undefined)
        throw new CheckError(`fields: the expected ${name} is no day that can be read; write it as 2026-12-01`)
      return dayOf(got) === right
    }
    case 'set': {
      if (!Array.isArray(wanted)) throw new CheckError(`fields: the expected ${name} is no list`)
      return Array.isArray(got) && isSameSet(wanted, got, how)
    }
  }
}

function comparable(value: unknown, { caseSensitive }: Comparison): unknown {
  return mapTexts(value, (text) => comparableText(text.trim(), caseSensitive))
}

function isSameSet(wanted: unknown[], got: unknown[], how: Comparison): boolean {
  const [right, found] = [wanted, got].map((list) => new Set(list.map((one) => canonicalJson(comparable(one, how)))))
  return isDeepStrictEqual(right, found)
}

/** A JSON number as it is written, also where it stands in a text that is nothing but one. */
function numberTextOf(value: unknown): string | undefined {
  const nearest = nearestData(value)
  if (typeof nearest === 'number') return isJsonNumber(textOf(value)) ? textOf(value) : String(nearest)
  if (typeof nearest !== 'string') return undefined
  const written = nearest
    .trim()
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
  return isJsonNumber(written) ? written : undefined
}

/** What arithmetic with decimal fractions leaves: 0.1 + 0.2 is 0.30000000000000004. Far less than 1 in any amount. */
const roundingError = 8 * Number.EPSILON

/**
 * Whether two numbers differ by no more than the tolerance. Whole numbers may be ids, so that all of their digits
 * count; a number beyond what JavaScript can hold is near to nothing but itself.
 */
function isNear(right: string, got: string, tolerance: number): boolean {
  if (decimalOf(right) === decimalOf(got)) return true
  const [wanted, number] = [Number(right), Number(got)]
  if (!Number.isFinite(wanted) || !Number.isFinite(number)) return false
  const bothWhole = Number.isInteger(wanted) && Number.isInteger(number)
  if (bothWhole && tolerance === 0) return false
  const rounding = bothWhole ? 0 : Math.max(Math.abs(wanted), Math.abs(number)) * roundingError
  return Math.abs(wanted - number) <= tolerance + rounding
}

const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
]

/** A time of day as it may follow a day, with or without a zone. */
const timeOfDay = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?`
const yearFirst = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:T|\s+)${timeOfDay})?$`)

/**
 * The day that a text names, as 2026-12-01: year first, or with the month in English words. 01/02/2026 is two days, so
 * it is none, and neither is a text that says more than a day and a time: "2026-12-01 or 2026-12-05" is no answer. Of a
 * date with a time the day as it is written counts.
 */
function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  // One space for each run: runs of any length could be split in many ways between the parts of a time.
  const written = value.trim().replaceAll(/\s+/g, ' ')
  const [, year, month, day] = yearFirst.exec(written) ?? []
  if (year && month && day) return isoDay(Number(year), Number(month), Number(day))
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})$/i.exec(written)
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/i.exec(written)
  const parts = dayFirst ? [dayFirst[3], dayFirst[2], dayFirst[1]] : [monthFirst?.[3], monthFirst?.[1], monthFirst?.[2]]
  const [ofYear, name = '', ofDay] = parts
  const index = name.length < 3 ? -1 : months.findIndex((month) => month.startsWith(name.toLowerCase()))
  return index < 0 ? undefined : isoDay(Number(ofYear), index + 1, Number(ofDay))
}

/** Undefined for a day that no month has. */
function isoDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : undefined
}
