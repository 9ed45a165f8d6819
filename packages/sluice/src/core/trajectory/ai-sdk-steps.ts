import { z } from 'zod'
import type { ToolCall, Trajectory } from '../../records/answer-trace.ts'
import { type CallOutcome, outcomeOf, reportedCall, toolErrorText } from './tool-call.ts'
import { createTrajectoryBuilder, type TrajectoryBuilder } from './trajectory-builder.ts'
import { at, readAs, Unreadable } from './unreadable.ts'

const anything = z.unknown().optional()

/** Version 4 has `result`, from 5 on it is `output`. A preliminary result is followed by the final one. */
const resultSchema = z.looseObject({
  toolCallId: z.string(),
  output: anything,
  result: anything,
  error: anything,
  preliminary: z.boolean().nullish(),
})

const partSchema = z.looseObject({ type: z.string(), text: z.string().nullish() })

const stepSchema = z.looseObject({
  text: z.string().nullish(),
  content: z.array(partSchema).nullish(),
  toolCalls: z.array(z.unknown()).nullish(),
  toolResults: z.array(z.unknown()).nullish(),
  performance: z.looseObject({ toolExecutionMs: z.record(z.string(), z.number().min(0)).nullish() }).nullish(),
})
type Step = z.output<typeof stepSchema>

/**
 * The trajectory of the `steps` of the AI SDK, versions 4 to 7. Since version 5 a step is an object whose `toolCalls`
 * are lost when it becomes JSON, while `content` remains; so both are read, and a call counts if either has it.
 * @throws Unreadable
 */
export function trajectoryOfSteps(value: unknown): Trajectory {
  const builder = createTrajectoryBuilder()
  for (const [index, step] of readAs(z.array(z.unknown()), value).entries())
    at(index, () => readStep(readAs(stepSchema, step), builder))
  return builder.trajectory()
}

function readStep(step: Step, builder: TrajectoryBuilder): void {
  const { content, toolCalls, toolResults, performance } = step
  if (!content && !toolCalls) throw new Unreadable('has neither content nor toolCalls, so its calls are not known')
  builder.step(textOf(step), callsOf(step))
  const parts = content ?? []
  const outcomes = [
    ...parts.filter(({ type }) => type === 'tool-result' || type === 'tool-error' || type === 'tool-output-denied'),
    ...(toolResults ?? []),
  ]
  const settled = new Set<string>()
  for (const outcome of outcomes) {
    const { toolCallId: id, preliminary, ...rest } = readAs(resultSchema, outcome)
    if (preliminary || settled.has(id)) continue
    settled.add(id)
    builder.answer(id, { ...outcomeOfResult(rest), durationMs: performance?.toolExecutionMs?.[id] })
  }
}

function textOf({ text, content }: Step): string {
  return text ?? (content ?? []).flatMap((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('')
}

/** The calls of the content, and those that only the list has. */
function callsOf({ content, toolCalls }: Step): ToolCall[] {
  const calls = (content ?? []).flatMap((part, index) =>
    part.type === 'tool-call' ? [at('content', () => at(index, () => reportedCall(part)))] : [],
  )
  const unmatched = new Map<string | null, number>()
  for (const { id } of calls) unmatched.set(id, (unmatched.get(id) ?? 0) + 1)
  const listed = at('toolCalls', () => (toolCalls ?? []).map((call, index) => at(index, () => reportedCall(call))))
  const onlyListed = listed.filter(({ id }) => {
    const left = unmatched.get(id) ?? 0
    unmatched.set(id, left - 1)
    return left <= 0
  })
  return [...calls, ...onlyListed]
}

function outcomeOfResult(raw: Record<string, unknown>): CallOutcome {
  if (raw.type === 'tool-output-denied') return { error: 'not approved' }
  if (raw.type === 'tool-error') return { error: toolErrorText(raw.error ?? '') }
  return outcomeOf(raw.output ?? raw.result, raw.error)
}
