import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Mock } from '../../core/suite/cases/mock.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { fillTemplate, variablesOf } from '../../core/suite/values/template.ts'
import { plainData, Written } from '../../core/suite/values/written.ts'
import { isObject } from '../../json.ts'
import { formatAmount } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'

/** Finds the mock that answers a call, and counts it as used. @throws ProviderError `mock-missing` */
export type FindMock = (tool: string, args: unknown) => Mock

interface Prepared {
  mock: Mock
  /** How a message calls it, e.g. `mock 2 of the case`. */
  name: string
  used: number
}

/**
 * The mocks of one run of a case, with the case's variables in them: those of the case, then those of the prompt file.
 * The first one that fits a call and is not used up answers it.
 */
export function mocksOf({ vars, mocks: ofCase = [] }: Case, { mocks = [], strict, file }: Prompt): FindMock {
  const prepare = (list: readonly Mock[], place: string): Prepared[] =>
    list.map((mock, index) => ({
      mock: filled(mock, vars, strict),
      name: `mock ${index + 1} of ${place}`,
      used: 0,
    }))
  const prepared = [...prepare(ofCase, 'the case'), ...prepare(mocks, file)]
  return (tool, args) => {
    const found = prepared.find((one) => one.mock.tool === tool && !isUsedUp(one) && misfit(one, args).length === 0)
    if (!found) throw missing(tool, args, prepared, file)
    found.used += 1
    return found.mock
  }
}

const isUsedUp = ({ mock: { times }, used }: Prepared) => times !== undefined && used >= times

function misfit({ mock: { args, match = 'partial' } }: Prepared, given: unknown): string[] {
  return args === undefined ? [] : differences(args, given, match)
}

/** The mock with the variables of the case in its arguments, its result and its error. */
function filled({ args, result, error, ...mock }: Mock, vars: Case['vars'], strict: boolean): Mock {
  const fill = (value: unknown) => plainData(rendered(value, vars, strict))
  return {
    ...mock,
    ...(args && { args: fill(args) as typeof args }),
    ...(result !== undefined && { result: fill(result) }),
    ...(error !== undefined && { error: fillTemplate(error, vars, { strict }) }),
  }
}

/** A text that is one variable alone becomes its value, so that a number stays one. */
function rendered(value: unknown, vars: Case['vars'], strict: boolean): unknown {
  if (typeof value === 'string') {
    const [name, ...more] = variablesOf(value, { strict })
    const isAlone = name !== undefined && more.length === 0 && /^\{\{[^{}]*\}\}$/.test(value)
    return isAlone && Object.hasOwn(vars, name) ? vars[name] : fillTemplate(value, vars, { strict })
  }
  if (value === null || typeof value !== 'object' || value instanceof Written) return value
  if (Array.isArray(value)) return value.map((item) => rendered(item, vars, strict))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rendered(item, vars, strict)]))
}

const shownLength = 300

/** The error names the tool in its first line, which is the same for all such cases. */
function missing(tool: string, args: unknown, prepared: readonly Prepared[], file: string): ProviderError {
  const called = `called with ${excerpt(JSON.stringify(args), shownLength)}`
  return new ProviderError(
    'mock-missing',
    `no mock answers this call of ${tool}\n${called}: ${reason(tool, args, prepared, file)}`,
  )
}

function reason(tool: string, args: unknown, prepared: readonly Prepared[], file: string): string {
  const [nearest] = prepared
    .filter(({ mock }) => mock.tool === tool)
    .map((one) => ({ ...one, faults: misfit(one, args) }))
    .sort((a, b) => a.faults.length - b.faults.length)
  if (!nearest) {
    const alike = prepared.find(({ mock }) => mock.tool.toLowerCase() === tool.toLowerCase())
    const other = alike ? `; ${alike.name} is for ${alike.mock.tool}, in other letters` : ''
    return `there is none for this tool, in the case or in ${file}${other}`
  }
  const [fault] = nearest.faults
  if (fault === undefined)
    return `${nearest.name} would fit, and was used ${formatAmount(nearest.used, 'time')} (times: ${nearest.mock.times})`
  return `the nearest, ${nearest.name}, has ${excerpt(fault, shownLength)}`
}

/**
 * How the arguments of a call differ from the wanted ones, in the order of the latter: `order: "1183", and the call
 * "1182"`. With `partial` an object of the call may have more keys, at any depth; lists are compared item by item and
 * must be of one length.
 */
function differences(wanted: unknown, given: unknown, match: 'partial' | 'exact', path = ''): string[] {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  if (isObject(wanted) && isObject(given)) {
    const ofWanted = Object.entries(wanted).flatMap(([key, value]) =>
      Object.hasOwn(given, key)
        ? differences(value, given[key], match, at(key))
        : [`${at(key)}: ${shown(value)}, and the call lacks it`],
    )
    const more = match === 'exact' ? Object.keys(given).filter((key) => !Object.hasOwn(wanted, key)) : []
    return [...ofWanted, ...more.map((key) => `no ${at(key)}, and the call has ${shown(given[key])}`)]
  }
  if (Array.isArray(wanted) && Array.isArray(given) && wanted.length === given.length)
    return wanted.flatMap((item, index) => differences(item, given[index], match, `${path}[${index}]`))
  return Object.is(wanted, given) || (wanted === 0 && given === 0)
    ? []
    : [`${path || 'arguments'}: ${shown(wanted)}, and the call ${shown(given)}`]
}

const shown = (value: unknown) => JSON.stringify(value)
