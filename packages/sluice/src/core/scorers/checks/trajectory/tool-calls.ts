import type { ToolCall } from '../../../../records/answer-trace.ts'
import type {
  MaxStepsCheck,
  NoToolCalledCheck,
  NoToolErrorsCheck,
  OnlyToolsCheck,
  ToolCalledCheck,
} from '../../../suite/checks/check-spec.ts'
import { CheckError } from '../check-error.ts'
import { type CheckScore, type Measure, passOrFail } from '../measure.ts'
import { quoted } from '../quoted.ts'
import { calledInstead, callPlace, caseNote, gotCall, nameShown, type PlacedCall, reportedSteps } from './calls.ts'
import { deviationOf, isMatch, type ReadyCall, readyCall } from './expected-call.ts'

/** How many calls are of this name and have these arguments. Each call counts, so one too many is a failure. */
export function measureToolCalled({ type, value }: ToolCalledCheck, strict: boolean): Measure {
  const { max } = value
  const min = value.min ?? (max === 0 ? 0 : 1)
  return (subject) => {
    const calls = reportedSteps(subject, type).flat()
    const expected = readyCall(value, subject.case, strict)
    const matching = calls.filter((placed) => isMatch(placed, expected))
    const count = `${matching.length} ${matching.length === 1 ? 'call' : 'calls'} of ${value.name}`
    const tooMany = max === undefined ? undefined : matching[max]
    if (tooMany !== undefined) {
      return passOrFail(false, `${gotCall(tooMany)}, expected at most ${max}; there are ${count} that match`)
    }
    if (matching.length < min) return passOrFail(false, absence(expected, calls, { found: matching.length, min }))
    const odd = calls.find(({ call }) => call.name === value.name && call.unreadable !== undefined)
    const unreadable = odd === undefined ? '' : `; the arguments of ${callPlace(odd)} are no JSON`
    const where = matching[0] === undefined ? '' : `, the first is ${callPlace(matching[0])}`
    return passOrFail(true, `${count}${where}, as wanted${unreadable}${caseNote(calls, [value.name])}`)
  }
}

/** Why too few calls match: the first of this name that deviates, or what was called instead. */
export function absence(
  expected: ReadyCall,
  calls: readonly PlacedCall[],
  { found, min }: { found: number; min: number },
): string {
  const { name } = expected
  const wanted = min === 1 ? `expected ${name}` : `expected ${min} calls of ${name}, got ${found}`
  const deviating = calls.find((placed) => placed.call.name === name && !isMatch(placed, expected))
  if (deviating !== undefined) return `${deviationOf(deviating, expected)}${min === 1 ? '' : `; ${wanted}`}`
  return `${wanted}${found === 0 ? ', which was never called' : ''}; ${calledInstead(calls)}${caseNote(calls, [name])}`
}

/** None of the tools was called, whatever its arguments. */
export function measureNoToolCalled({ type, value }: NoToolCalledCheck): Measure {
  const names = value === true ? undefined : [value].flat()
  const forbidden = new Set(names)
  const wanted = names === undefined ? 'expected no call at all' : `expected no call of ${names.join(', ')}`
  return (subject) => {
    const calls = reportedSteps(subject, type).flat()
    const found = calls.find(({ call }) => names === undefined || forbidden.has(call.name))
    if (found !== undefined) return passOrFail(false, `${gotCall(found)}, ${wanted}`)
    return passOrFail(true, `${calledInstead(calls)}${caseNote(calls, names ?? [])}`)
  }
}

/** Every call is of one of the tools. */
export function measureOnlyTools({ type, value }: OnlyToolsCheck): Measure {
  const allowed = new Set(value)
  return (subject) => {
    const calls = reportedSteps(subject, type).flat()
    const found = calls.find(({ call }) => !allowed.has(call.name))
    if (found === undefined) return passOrFail(true, calledInstead(calls))
    return passOrFail(false, `${gotCall(found)}, expected only ${value.join(', ')}${caseNote([found], value)}`)
  }
}

/** Limits the messages of the assistant. */
export function measureMaxSteps({ type, value }: MaxStepsCheck): Measure {
  return (subject) => {
    const steps = reportedSteps(subject, type)
    const count = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, at most ${value} expected`
    if (steps.length <= value) return passOrFail(true, count)
    const [first] = steps[value] ?? []
    return passOrFail(
      false,
      `${count}; the first too many is ${first ? gotCall(first) : `step ${value + 1}, without a call`}`,
    )
  }
}

/**
 * No call failed. A call that has neither a result nor an error was never answered, as far as is known.
 * @throws CheckError where that is so and no other call failed
 */
export function measureNoToolErrors({ type }: NoToolErrorsCheck): Measure {
  return (subject): CheckScore => {
    const calls = reportedSteps(subject, type).flat()
    for (const placed of calls) {
      const fault = errorOf(placed.call)
      if (fault === undefined) continue
      return passOrFail(false, `${callPlace(placed)} ${nameShown(placed.call.name)} ${fault}, expected no error`)
    }
    const open = calls.find(({ call }) => call.result === null)
    if (open === undefined) return passOrFail(true, `${calls.length} calls, none failed`)
    throw new CheckError(
      `${type}: what came of ${callPlace(open)} ${nameShown(open.call.name)} was not reported; ` +
        'the application has to report the result or the error of each call ("done" where a tool returns nothing)',
    )
  }
}

/** How a call failed. Few formats have a place for errors, so results that say that they are one count as well. */
function errorOf({ error, result, unreadable }: ToolCall): string | undefined {
  if (unreadable !== undefined) return `has arguments that are no JSON: ${quoted(unreadable)}`
  if (error !== null) return `failed: ${quoted(error)}`
  if (typeof result === 'string') return /^\s*error\b\s*:/i.test(result) ? `failed: ${quoted(result)}` : undefined
  if (typeof result !== 'object' || result === null) return undefined
  const isError = ('error' in result && Boolean(result.error)) || ('isError' in result && result.isError === true)
  return isError ? `failed: ${quoted(JSON.stringify(result))}` : undefined
}
