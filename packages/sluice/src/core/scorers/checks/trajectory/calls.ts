import { type AnswerTrace, stepsOf, type ToolCall } from '../../../../records/answer-trace.ts'
import { CheckError } from '../check-error.ts'
import type { Subject } from '../measure.ts'
import { quoted } from '../quoted.ts'

/** A call of a tool, and where in the trajectory it was made. */
export interface PlacedCall {
  call: ToolCall
  /** Its number among all calls, from 1. */
  number: number
  /** The number of the assistant's message that it stands in, from 1. */
  step: number
}

/**
 * The calls of each step, in their order; a step without calls has an empty list.
 * @throws CheckError where no trajectory was reported: nothing is known of calls then, not even that there were none.
 */
export function reportedSteps({ trace, case: { id } }: Subject, type: string): PlacedCall[][] {
  if (trace?.trajectory === undefined) {
    throw new CheckError(
      `${type}: case "${id}" has no trajectory, so nothing is known of calls of tools${unreadPart(trace)}. ` +
        'The application has to answer {"output": ..., "messages": [...]} with messages as OpenAI has them, or ' +
        '{"output": ..., "toolCalls": [{"name": ..., "arguments": {...}}]}, with an empty list if it called none',
    )
  }
  let number = 0
  return stepsOf(trace.trajectory).map(({ calls }, index) =>
    calls.map((call) => {
      number += 1
      return { call, number, step: index + 1 }
    }),
  )
}

/** What was reported and cannot be read, for the error of a check that needs it. */
export function unreadPart(trace: AnswerTrace | undefined): string {
  return trace?.unread === undefined ? '' : `; what was reported cannot be read: ${quoted(trace.unread, 300)}`
}

/** Where a call was made: `call 2 (step 1)`. */
export function callPlace({ number, step }: PlacedCall): string {
  return `call ${number} (step ${step})`
}

/** A call by place and name: `call 2 (step 1): got refund`. */
export function gotCall(placed: PlacedCall): string {
  return `${callPlace(placed)}: got ${nameShown(placed.call.name)}`
}

/** Names are whatever a model wrote. */
export function nameShown(name: string): string {
  return /^[\w./:-]{1,80}$/.test(name) ? name : quoted(name)
}

const mostShown = 8

/** What was called, in a few words: `look_up, refund, …`. */
export function calledInstead(calls: readonly PlacedCall[]): string {
  if (calls.length === 0) return 'nothing was called'
  const names = calls.slice(0, mostShown).map(({ call }) => nameShown(call.name))
  const more = calls.length > mostShown ? `, … (${calls.length} calls)` : ''
  return `called were ${names.join(', ')}${more}`
}

/** A note on the first call whose name differs from one of these in case alone; names are compared exactly. */
export function caseNote(calls: readonly PlacedCall[], names: readonly string[]): string {
  const exact = new Set(names)
  const folded = new Map(names.map((name) => [name.toLowerCase(), name]))
  for (const placed of calls) {
    const { name } = placed.call
    const meant = exact.has(name) ? undefined : folded.get(name.toLowerCase())
    if (meant !== undefined)
      return `; ${callPlace(placed)} is ${nameShown(name)}, which differs from ${meant} in case alone`
  }
  return ''
}
