import { z } from 'zod'
import type { ToolCall, TrajectoryMessage } from '../../records/answer-trace.ts'
import { type MessageEntry, mayBeCall, readMessageContent } from './message-content.ts'
import { outcomeOf, readResult, reportedCall, toolCall } from './tool-call.ts'
import type { TrajectoryBuilder } from './trajectory-builder.ts'
import { at, readAs, Unreadable } from './unreadable.ts'

const outputSchema = z.looseObject({ call_id: z.string(), output: z.unknown().optional() })

const hostedSchema = z.looseObject({
  id: z.string().nullish(),
  call_id: z.string().nullish(),
  status: z.unknown().optional(),
  output: z.unknown().optional(),
  outputs: z.unknown().optional(),
  results: z.unknown().optional(),
  error: z.unknown().optional(),
})

/** Whether an entry of a list of messages is an item of OpenAI's Responses API. */
export function isResponseItem({ role, type }: MessageEntry): boolean {
  return type !== undefined && (role === undefined || type === 'message')
}

/**
 * Reads one item. What a model gives between two inputs is one response, and so one step: its text and all of its
 * calls. `response` is the step to which the item before belongs, if it was of the model; the same comes back for this
 * one.
 * @throws Unreadable
 */
export function readResponseItem(
  entry: MessageEntry,
  builder: TrajectoryBuilder,
  response: TrajectoryMessage | undefined,
): TrajectoryMessage | undefined {
  const { type = '', role } = entry
  const say = (text: string, calls: readonly ToolCall[]): TrajectoryMessage => {
    if (!response) return builder.step(text, calls)
    builder.extend(response, text, calls)
    return response
  }
  if (type === 'message' && role === 'assistant') {
    const { text, calls, outcomes } = at('content', () => readMessageContent(entry.content))
    const step = say(text, calls)
    for (const { id, outcome } of outcomes) builder.answer(id, outcome)
    return step
  }
  if (type === 'message') return readInput(entry, builder, response)
  if (type.endsWith('_call_output')) {
    const { call_id: id, output } = readAs(outputSchema, entry)
    builder.answer(id, outcomeOf(readResult(output)))
    return undefined
  }
  if (type.endsWith('_call'))
    return say('', [typeof entry.name === 'string' ? reportedCall(entry) : hostedCall(type, entry)])
  if (type === 'item_reference') throw new Unreadable('refers to an item that is not here; give the item')
  if (mayBeCall(type) && !passedOver.has(type)) throw new Unreadable(`an item of the type "${type}" is not known`)
  return response
}

/** Items that tell of tools but are no calls. */
const passedOver = new Set(['mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response'])

function readInput<T>({ role, content }: MessageEntry, builder: TrajectoryBuilder, response: T): T | undefined {
  if (role === 'system' || role === 'developer') return response
  if (role !== 'user') throw new Unreadable(`the role "${role}" is unknown; roles are user, assistant, tool`)
  builder.user(at('content', () => readMessageContent(content)).text)
  return undefined
}

/** A call of a tool that the provider ran itself: its name is in the type, its result in the same item. */
function hostedCall(type: string, entry: MessageEntry): ToolCall {
  const { id, call_id, status: _, output, outputs, results, error, type: __, ...given } = readAs(hostedSchema, entry)
  return toolCall({
    ...{ id: call_id ?? id, name: type.slice(0, -'_call'.length), arguments: given },
    ...outcomeOf(readResult(output ?? outputs ?? results), error),
  })
}
