import type { ToolCall, Trajectory, TrajectoryMessage } from '../../records/answer-trace.ts'
import type { CallOutcome } from './tool-call.ts'
import { Unreadable } from './unreadable.ts'

/** Puts a trajectory together, message by message, in time that grows with the number of messages alone. */
export interface TrajectoryBuilder {
  user(text: string): void
  /** A message of the assistant, with the calls that it made together. */
  step(text: string, calls: readonly ToolCall[]): TrajectoryMessage
  /** More of a message of the assistant. */
  extend(step: TrajectoryMessage, text: string, calls: readonly ToolCall[]): void
  /**
   * What came of a call: of the id, or, without an id, of the first call that is still open.
   * @throws Unreadable where there is no such call: then calls are missing, and nothing may be said of them.
   */
  answer(id: string | null, outcome: CallOutcome): void
  /** The same for an id, but undefined where there is no such call. */
  tryAnswer(id: string, outcome: CallOutcome): ToolCall | undefined
  trajectory(): Trajectory
}

export function createTrajectoryBuilder(): TrajectoryBuilder {
  const messages: TrajectoryMessage[] = []
  const open = createOpenCalls()
  const settle = (call: ToolCall | undefined, { result, error, durationMs }: CallOutcome) => {
    if (!call) return undefined
    call.result = result ?? null
    call.error = error ?? null
    if (durationMs != null) call.durationMs = durationMs
    return call
  }
  return {
    user(text) {
      messages.push({ role: 'user', text, calls: [] })
    },
    step(text, calls) {
      const step: TrajectoryMessage = { role: 'assistant', text: text === '' ? null : text, calls: [...calls] }
      messages.push(step)
      open.nextStep()
      for (const call of calls) open.add(call)
      return step
    },
    extend(step, text, calls) {
      if (text !== '') step.text = step.text === null ? text : `${step.text}\n${text}`
      for (const call of calls) {
        step.calls.push(call)
        open.add(call)
      }
    },
    answer(id, outcome) {
      const call = id === null ? open.takeFirst() : open.take(id)
      if (settle(call, outcome)) return
      throw new Unreadable(
        id === null
          ? 'is the result of a call, but no call is open; give every call'
          : `is the result of the call "${id}", which is not there; give every call`,
      )
    },
    tryAnswer: (id, outcome) => settle(open.take(id), outcome),
    trajectory: () => ({ messages }),
  }
}

/**
 * The calls that wait for their result. Some models give an id twice: within one message the results then come in the
 * order of the calls, and a later message takes the id over.
 */
function createOpenCalls() {
  const inOrder: ToolCall[] = []
  const taken = new Set<ToolCall>()
  const byId = new Map<string, { step: number; calls: ToolCall[]; next: number }>()
  let step = 0
  let first = 0
  const take = (call: ToolCall | undefined) => {
    if (call) taken.add(call)
    return call
  }
  /** The index of the first open call from this one on. */
  const firstOpen = (calls: readonly ToolCall[], from: number) => {
    let index = from
    for (let call = calls[index]; call && taken.has(call); call = calls[index]) index += 1
    return index
  }
  return {
    nextStep() {
      step += 1
    },
    add(call: ToolCall) {
      inOrder.push(call)
      if (call.id === null) return
      const known = byId.get(call.id)
      if (known?.step === step) known.calls.push(call)
      else byId.set(call.id, { step, calls: [call], next: 0 })
    },
    take(id: string): ToolCall | undefined {
      const known = byId.get(id)
      if (!known) return undefined
      known.next = firstOpen(known.calls, known.next)
      return take(known.calls[known.next])
    },
    takeFirst(): ToolCall | undefined {
      first = firstOpen(inOrder, first)
      return take(inOrder[first])
    },
  }
}
