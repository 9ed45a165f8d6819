import { isObject } from '../../../json.ts'
import type { Data } from '../file-data.ts'
import type { CheckEntry } from '../imported.ts'
import { type Assertion, type AssertionSite, approximated, dropped, type Translation } from './assertion.ts'
import { checkText, listOfTexts } from './text-value.ts'

/**
 * Assertions about calls of tools, which promptfoo finds in the spans of a trace and we in what an application reports.
 */
export const trajectoryAssertions: Record<string, (asked: Assertion, site: AssertionSite) => Translation> = {
  'trajectory:tool-used': toolUsed,
  'trajectory:tool-args-match': argsMatch,
  'trajectory:tool-sequence': sequence,
  'trajectory:step-count': stepCount,
  'tool-call-f1': callF1,
}

const reported = 'on the calls that a target reports; names are compared exactly'
const noName = 'its name of a tool is a pattern, or none'
const noNumber = 'its numbers of calls cannot be met'

/** A name of one tool; undefined for a pattern of several. */
function toolName(value: unknown): string | undefined {
  const name = isObject(value) ? (value.pattern ?? value.name) : value
  return typeof name === 'string' && name !== '' && !/[*?]|\{\{/.test(name) ? name : undefined
}

function toolUsed({ value, isInverse }: Assertion): Translation {
  if (isObject(value)) return counted(value, isInverse)
  const names = [value].flat().map(toolName)
  if (names.length === 0 || names.includes(undefined)) return dropped(noName)
  if (isInverse) return approximated([{ noToolCalled: names }], reported)
  return approximated(
    names.map((name) => ({ toolCalled: name })),
    reported,
  )
}

function counted(value: Data, isInverse: boolean): Translation {
  const name = toolName(value)
  if (name === undefined) return dropped(noName)
  const { min = 1, max } = value
  if (!isCount(min) || (max !== undefined && !isCount(max))) return dropped(noNumber)
  if (!isInverse) return approximated([{ toolCalled: { name, min, ...(max !== undefined && { max }) } }], reported)
  if (max !== undefined || min === 0) return dropped('a number of calls outside of a range has no counterpart')
  return approximated([{ toolCalled: { name, min: 0, max: min - 1 } }], reported)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function argsMatch({ value, isInverse }: Assertion, { vars }: AssertionSite): Translation {
  if (!isObject(value)) return dropped('its value is no map')
  const name = toolName(value)
  const given = Object.hasOwn(value, 'args') ? value.args : value.arguments
  if (name === undefined) return dropped(noName)
  if (!isObject(given)) return dropped('its arguments are no map')
  if (value.defaults !== undefined) return dropped('arguments that may have their defaults have no counterpart')
  const ignore = [value.ignore ?? []].flat()
  if (ignore.some((key) => typeof key !== 'string' || /[*?]/.test(key))) {
    return dropped('what it ignores is a pattern; name the arguments')
  }
  const mode = value.mode === 'exact' ? { mode: 'exact' } : {}
  const args = withTexts(given, (text) => checkText(text, vars))
  const call = { name, args, ...mode, ...(ignore.length > 0 && { ignore }) }
  return approximated([{ toolCalled: { ...call, ...(isInverse && { max: 0 }) } }], reported)
}

/** Data in which every text is changed, keys excepted. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item: unknown) => withTexts(item, change))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item, change)]))
}

function sequence({ value, isInverse }: Assertion): Translation {
  if (isInverse) return dropped('an order that must not be has no counterpart')
  const { steps, mode } = isObject(value) ? value : { steps: value, mode: undefined }
  const names = Array.isArray(steps) ? steps.map(toolName) : []
  if (names.length === 0 || names.includes(undefined)) return dropped(noName)
  const order = { steps: names, ...(mode === 'exact' && { mode }) }
  return approximated([{ toolOrder: order }], `${reported}, and calls of one message do not follow each other`)
}

/** Steps there are spans of any kind. Only those of one tool are calls. */
function stepCount({ value, isInverse }: Assertion): Translation {
  const isOfTool = isObject(value) && value.type === 'tool' && toolName(value) !== undefined
  if (!isOfTool) return dropped('its steps are spans of a trace; write maxSteps for messages of the assistant')
  return counted({ ...value, min: value.min ?? 0 }, isInverse)
}

/** The tools are compared as sets, so an F1 of 1 is each of them and no other. */
function callF1({ value, threshold = 1, isInverse }: Assertion): Translation {
  const names = (listOfTexts(value) ?? []).map(toolName)
  if (names.length === 0 || names.includes(undefined)) return dropped(noName)
  if (threshold < 1 || isInverse) return dropped('a share of the right tools has no counterpart; write toolCalled')
  const called: CheckEntry[] = [...new Set(names)].map((name) => ({ toolCalled: name }))
  return approximated([...called, { onlyTools: names }], `${reported}; there they are read out of the output`)
}
