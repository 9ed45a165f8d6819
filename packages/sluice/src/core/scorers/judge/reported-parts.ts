import type { AnswerTrace, Retrieved, ToolCall, Trajectory } from '../../../records/answer-trace.ts'
import type { RubricItem, SeenPart } from '../../../records/rubric.ts'
import { JudgeError } from './judge-error.ts'

/** The parts of an answer that an item of a rubric is about, in the order in which they are shown. */
export function seenBy({ sees = ['output'], claims }: Pick<RubricItem, 'sees' | 'claims'>): SeenPart[] {
  const seen = claims ? ['output', ...claims.in] : sees
  return parts.filter((part) => seen.includes(part))
}

const parts: readonly SeenPart[] = ['trajectory', 'retrieved', 'state', 'output']

/** Whether an item is about more, or other, than the output alone. */
export function seesMore(item: Pick<RubricItem, 'sees' | 'claims'>): boolean {
  return seenBy(item).join() !== 'output'
}

const ways: Record<Exclude<SeenPart, 'output'>, string> = {
  trajectory: '"messages", "steps", "spans" or "toolCalls"',
  retrieved: '"retrieved"',
  state: '"state"',
}

/**
 * A part of the trace as the judge is shown it. Texts of strangers are JSON in one line each, so that none of them can
 * look like a line of its own.
 * @throws JudgeError where it was not reported: nothing is known then, and that is no reason for a yes or a no
 */
export function shownPart(part: Exclude<SeenPart, 'output'>, trace: AnswerTrace | undefined, itemId: string): string {
  const { trajectory, retrieved, endState, unread } = trace ?? {}
  if (part === 'trajectory' && trajectory) return shownTrajectory(trajectory)
  if (part === 'retrieved' && retrieved) return shownDocuments(retrieved)
  if (part === 'state' && endState !== undefined) return JSON.stringify(endState, null, 2)
  const why = unread === undefined ? '' : ` (it cannot be read: ${unread})`
  throw new JudgeError(
    `the rubric item "${itemId}" sees the ${part}, and none was reported${why}; ` +
      `report ${ways[part]} beside the output, or take "${part}" out of its "sees"`,
  )
}

/** All texts of a trace, for whoever searches them. */
export function textsOf({ trajectory, retrieved, endState }: AnswerTrace): string[] {
  const messageTexts = (trajectory?.messages ?? []).flatMap(({ text, calls }) => [
    ...(text === null ? [] : [text]),
    ...calls.flatMap((call) => [call.arguments, call.unreadable, call.result, call.error]),
  ])
  return [...messageTexts, ...(retrieved ?? []).map(({ text }) => text), endState].flatMap((value) => {
    if (typeof value === 'string') return value
    return value === null || value === undefined ? [] : JSON.stringify(value)
  })
}

function shownTrajectory({ messages }: Trajectory): string {
  if (messages.length === 0) return '(nothing was said or called)'
  return messages
    .flatMap(({ role, text, calls }, index) => {
      const place = index + 1
      const shownText =
        text === null ? `(${calls.length === 0 ? 'says nothing' : 'only calls tools'})` : JSON.stringify(text)
      return [`${place} ${role}: ${shownText}`, ...calls.flatMap((call, at) => shownCall(call, `${place}.${at + 1}`))]
    })
    .join('\n')
}

function shownCall(call: ToolCall, place: string): string[] {
  const { name, arguments: given, unreadable, result, error, durationMs } = call
  const known = given === null ? '(not recorded)' : JSON.stringify(given)
  const shownGiven = unreadable === undefined ? known : `(no JSON) ${JSON.stringify(unreadable)}`
  return [
    `${place} calls ${JSON.stringify(name)} with ${shownGiven}`,
    ...(result === null ? [] : [`${place} result: ${JSON.stringify(result)}`]),
    ...(error === null ? [] : [`${place} error: ${JSON.stringify(error)}`]),
    ...(result === null && error === null ? [`${place} no result is known`] : []),
    ...(durationMs === null ? [] : [`${place} took ${Math.round(durationMs)} ms`]),
  ]
}

function shownDocuments(documents: readonly Retrieved[]): string {
  if (documents.length === 0) return '(no document was found)'
  return documents
    .map(({ id, text }, index) => {
      const named = id === null ? '(no id)' : JSON.stringify(id)
      return `${index + 1} ${named}: ${text === null ? '(its text was not reported)' : JSON.stringify(text)}`
    })
    .join('\n')
}
