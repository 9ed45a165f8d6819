import { z } from 'zod'
import { errorMessage } from '../../errors.ts'
import { type AnswerTrace, callsOf, type Retrieved, type Trajectory } from '../../records/answer-trace.ts'
import { trajectoryOfSteps } from './ai-sdk-steps.ts'
import { trajectoryOfMessages } from './messages.ts'
import { trajectoryOfSpans } from './span-trajectory.ts'
import { reportedCall } from './tool-call.ts'
import { at, isTooDeep, mostLevels, readAs, Unreadable } from './unreadable.ts'

const text = z.string().nullish()
const id = z.union([z.string(), z.number().transform(String)])

const documentSchema = z.union([
  id.transform((given): Retrieved => ({ id: given, text: null })),
  z
    .object({ id: id.nullish(), text })
    .transform(({ id: given, text: content }): Retrieved => ({ id: given ?? null, text: content ?? null })),
])

/** The ways in which what was done can be told, by the key of the report. The first that can be read counts. */
const trajectoryKeys: readonly { key: string; read(value: unknown): Trajectory }[] = [
  { key: 'messages', read: (value) => withAnswer(trajectoryOfMessages(value)) },
  { key: 'steps', read: trajectoryOfSteps },
  { key: 'spans', read: trajectoryOfSpans },
  { key: 'toolCalls', read: trajectoryOfCalls },
]

/**
 * What an application reports of the way to its answer: a trajectory as `messages`, AI SDK `steps`, OpenTelemetry
 * `spans` or `toolCalls`; `retrieved`, ids or {id, text}; `state`, any JSON value. Undefined where it reports none of
 * them. A part that cannot be read is left out and named in `unread`, since only a check that needs it is harmed by
 * that.
 *
 * Of several trajectories the first in this order counts. Where another one has a call that it lacks, they contradict
 * each other and none counts: nobody knows which of them leaves something out.
 */
export function readTrace(report: Readonly<Record<string, unknown>>): AnswerTrace | undefined {
  const trace: AnswerTrace = {}
  const unread: string[] = []
  const attempt = <T>(key: string, read: (value: unknown) => T): T | undefined => {
    if (report[key] === undefined || (report[key] === null && key !== 'state')) return undefined
    try {
      return at(key, () => asJson(read(report[key])))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      unread.push(`${error.path.map(String).join('.')}: ${error.message}`)
      return undefined
    }
  }
  const trajectories = trajectoryKeys.flatMap(({ key, read }) => {
    const trajectory = attempt(key, read)
    return trajectory ? [{ key, trajectory }] : []
  })
  const contradiction = contradictionAmong(trajectories)
  if (contradiction !== undefined) unread.push(contradiction)
  else if (trajectories[0]) trace.trajectory = trajectories[0].trajectory
  const retrieved = attempt('retrieved', (value) => {
    refuseLostDigits(value)
    return readAs(z.array(documentSchema), value)
  })
  if (retrieved) trace.retrieved = retrieved
  const endState = attempt('state', (value) => value)
  if (endState !== undefined) trace.endState = endState
  if (unread.length > 0) trace.unread = unread.join('; ')
  return Object.keys(trace).length === 0 ? undefined : trace
}

/** An id of so many digits has become another one when the report was read: it would be the id of no document. */
function refuseLostDigits(documents: unknown): void {
  for (const [index, document] of (Array.isArray(documents) ? documents : []).entries()) {
    const given: unknown = typeof document === 'object' && document !== null ? document.id : document
    if (typeof given !== 'number' || !Number.isInteger(given) || Number.isSafeInteger(given)) continue
    throw new Unreadable(`the id ${given} is a number of more digits than are kept; report ids as texts`, [index])
  }
}

/** What was sent to the assistant does not tell what it did. */
function withAnswer(trajectory: Trajectory): Trajectory {
  if (trajectory.messages.some(({ role }) => role === 'assistant')) return trajectory
  throw new Unreadable('there is no message of the assistant, so its calls are not known')
}

/** A bare list says nothing of which calls were made together: each counts as a step of its own. */
function trajectoryOfCalls(value: unknown): Trajectory {
  const calls = readAs(z.array(z.unknown()), value).map((call, index) => at(index, () => reportedCall(call)))
  return { messages: calls.map((call) => ({ role: 'assistant', text: null, calls: [call] })) }
}

/** A call, by the name of its tool, that the trajectory that counts lacks. */
function contradictionAmong([first, ...others]: { key: string; trajectory: Trajectory }[]): string | undefined {
  if (!first) return undefined
  for (const { key, trajectory } of others) {
    const left = new Map<string, number>()
    for (const { name } of callsOf(first.trajectory)) left.set(name, (left.get(name) ?? 0) + 1)
    for (const { name } of callsOf(trajectory)) {
      const count = left.get(name) ?? 0
      if (count === 0)
        return `${first.key} and ${key}: they contradict each other: "${name}" is called more often in ${key}; report one of them`
      left.set(name, count - 1)
    }
  }
  return undefined
}

/** What is stored and shown is JSON, whatever a module has put into its report. */
function asJson<T>(value: T): T {
  const copy = copyOf(value)
  if (isTooDeep(copy)) throw new Unreadable(`is nested deeper than ${mostLevels} levels`)
  return copy
}

function copyOf<T>(value: T): T {
  try {
    return JSON.parse(JSON.stringify(value)) as T
  } catch (error) {
    throw new Unreadable(`is no JSON: ${errorMessage(error)}`)
  }
}
