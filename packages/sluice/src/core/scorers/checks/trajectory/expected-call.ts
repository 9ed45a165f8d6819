import type { Case } from '../../../suite/cases/case.ts'
import type { ExpectedCall } from '../../../suite/checks/trajectory-settings.ts'
import { variablesOf } from '../../../suite/values/template.ts'
import { exactData, textOf, Written } from '../../../suite/values/written.ts'
import { CheckError } from '../check-error.ts'
import { comparableText } from '../comparable-text.ts'
import { quoted } from '../quoted.ts'
import { renderValue } from '../value-template.ts'
import { callPlace, gotCall, nameShown, type PlacedCall } from './calls.ts'

/** A call that is expected, with the case's variables in its arguments. */
export interface ReadyCall {
  name: string
  /**
   * What keeps a call of this name from matching; undefined where it matches. @throws CheckError where nobody knows.
   */
  deviation(placed: PlacedCall): string | undefined
}

/** @throws CheckError for a variable that the case does not have. */
export function readyCall({ name, args, mode, ignore = [] }: ExpectedCall, subject: Case, strict: boolean): ReadyCall {
  if (args === undefined) return { name, deviation: () => undefined }
  const wanted = rendered(exactData(args), subject, strict)
  const ignored = new Set(ignore)
  const isExact = mode === 'exact'
  return {
    name,
    deviation(placed) {
      const { call } = placed
      if (call.unreadable !== undefined) return `its arguments are no JSON: ${quoted(call.unreadable)}`
      if (call.arguments === null) {
        throw new CheckError(
          `the arguments of ${callPlace(placed)} ${nameShown(name)} were not recorded, so whether it is the expected call is unknown; ` +
            'let the application report them',
        )
      }
      const found = differenceOf(call.arguments, wanted, { path: '', ignored, isExact })
      if (found === undefined) return undefined
      return `arguments differ at ${found.path || 'their top'}: ${found.message}`
    },
  }
}

/** Whether the call is the expected one. */
export function isMatch(placed: PlacedCall, expected: ReadyCall): boolean {
  return placed.call.name === expected.name && expected.deviation(placed) === undefined
}

/**
 * How a call differs from the expected one: `call 2 (step 1) refund: arguments differ at amount: got 50, expected 40`.
 */
export function deviationOf(placed: PlacedCall, expected: ReadyCall): string {
  const { name } = placed.call
  if (name === expected.name) return `${callPlace(placed)} ${nameShown(name)}: ${expected.deviation(placed)}`
  const isCase = name.toLowerCase() === expected.name.toLowerCase()
  return `${gotCall(placed)}, expected ${expected.name}${isCase ? ' (the names differ in case alone)' : ''}`
}

/** A text that consists of one variable, whose value is no text: the call may have either. */
class VariableValue {
  readonly text: string
  readonly value: unknown

  constructor(text: string, value: unknown) {
    this.text = text
    this.value = value
  }
}

function rendered(value: unknown, subject: Case, strict: boolean): unknown {
  if (typeof value === 'string') return renderedText(value, subject, strict)
  if (Array.isArray(value)) return value.map((item: unknown) => rendered(item, subject, strict))
  if (value === null || typeof value !== 'object' || value instanceof Written) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rendered(item, subject, strict)]))
}

function renderedText(template: string, subject: Case, strict: boolean): unknown {
  const text = renderValue(template, subject, { strict })
  const [name, ...others] = variablesOf(template, { strict })
  if (name === undefined || others.length > 0 || !/^\{\{[^{}]*\}\}$/.test(template)) return text
  const value = Object.hasOwn(subject.vars, name) ? subject.vars[name] : text
  return typeof value === 'string' ? text : new VariableValue(text, exactData(value))
}

interface Difference {
  path: string
  message: string
}

interface Comparison {
  path: string
  ignored: ReadonlySet<string>
  isExact: boolean
}

/** The first difference, in the order of the expected value; it is walked only as deep as that is written. */
function differenceOf(got: unknown, wanted: unknown, how: Comparison): Difference | undefined {
  if (how.path !== '' && how.ignored.has(how.path)) return undefined
  if (wanted instanceof VariableValue) {
    if (differenceOf(got, wanted.text, how) === undefined) return undefined
    return differenceOf(got, wanted.value, how)
  }
  if (Array.isArray(wanted)) return listDifference(got, wanted, how)
  if (wanted !== null && typeof wanted === 'object' && !(wanted instanceof Written)) {
    return mapDifference(got, wanted as Record<string, unknown>, how)
  }
  return isSame(got, wanted, how.path) ? undefined : differs(got, wanted, how)
}

function listDifference(got: unknown, wanted: readonly unknown[], how: Comparison): Difference | undefined {
  if (!Array.isArray(got)) return differs(got, wanted, how)
  for (const [index, item] of wanted.entries()) {
    const path = join(how.path, String(index))
    if (index >= got.length) return { path, message: `got nothing, expected ${shown(item)}` }
    const found = differenceOf(got[index], item, { ...how, path })
    if (found !== undefined) return found
  }
  if (got.length === wanted.length) return undefined
  const path = join(how.path, String(wanted.length))
  return { path, message: `got ${shown(got[wanted.length])}, expected no more than ${wanted.length}` }
}

function mapDifference(got: unknown, wanted: Record<string, unknown>, how: Comparison): Difference | undefined {
  if (got === null || typeof got !== 'object' || Array.isArray(got)) return differs(got, wanted, how)
  const given = got as Record<string, unknown>
  for (const [key, item] of Object.entries(wanted)) {
    const path = join(how.path, key)
    if (how.ignored.has(path)) continue
    if (!Object.hasOwn(given, key)) return { path, message: `got nothing, expected ${shown(item)}` }
    const found = differenceOf(given[key], item, { ...how, path })
    if (found !== undefined) return found
  }
  if (!how.isExact) return undefined
  const extra = Object.keys(given).find((key) => !Object.hasOwn(wanted, key) && !how.ignored.has(join(how.path, key)))
  if (extra === undefined) return undefined
  return { path: join(how.path, extra), message: `got ${shown(given[extra])}, expected nothing` }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function differs(got: unknown, wanted: unknown, { path }: Comparison): Difference {
  const isCase =
    typeof got === 'string' &&
    typeof wanted === 'string' &&
    comparableText(got, false) === comparableText(wanted, false)
  return {
    path,
    message: `got ${shown(got)}, expected ${shown(wanted)}${isCase ? ' (they differ in case alone)' : ''}`,
  }
}

function shown(value: unknown): string {
  const text = value instanceof VariableValue ? textOf(value.value) : jsonOf(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing'
  } catch {
    return 'a value that is nested too deeply to be shown'
  }
}

/**
 * Whether two values without parts are equal.
 * @throws CheckError for equal numbers whose last digits were lost when the report was read: whether they are equal is
 * unknown
 */
function isSame(got: unknown, wanted: unknown, path: string): boolean {
  if (typeof got === 'string' && typeof wanted === 'string')
    return comparableText(got, true) === comparableText(wanted, true)
  const nearest = wanted instanceof Written ? wanted.value : wanted
  if (got !== nearest) return false
  const isLong = wanted instanceof Written || (Number.isInteger(got) && !Number.isSafeInteger(got))
  if (typeof got !== 'number' || !isLong) return true
  throw new CheckError(
    `the argument ${path} is a number of more digits than are kept (${textOf(wanted)}), so whether it is the expected one is unknown; ` +
      'let the tool take such numbers as texts',
  )
}
