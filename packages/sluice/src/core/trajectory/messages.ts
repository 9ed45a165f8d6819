import { z } from 'zod'
import type { Trajectory, TrajectoryMessage } from '../../records/answer-trace.ts'
import { type MessageEntry, messageEntriesSchema, readMessageContent } from './message-content.ts'
import { isResponseItem, readResponseItem } from './response-items.ts'
import { outcomeOf, readResult, reportedCall, toolCall } from './tool-call.ts'
import { createTrajectoryBuilder, type TrajectoryBuilder } from './trajectory-builder.ts'
import { at, readAs, Unreadable } from './unreadable.ts'

const assistantSchema = z.looseObject({
  content: z.unknown().optional(),
  tool_calls: z.array(z.unknown()).nullish(),
  function_call: z.looseObject({ name: z.string().min(1), arguments: z.unknown().optional() }).nullish(),
})

const toolSchema = z.looseObject({
  content: z.unknown().optional(),
  tool_call_id: z.string().nullish(),
  error: z.unknown().optional(),
})

/**
 * The trajectory of a list of messages: of OpenAI's chat completions, with `tool_calls` of an assistant and answers of
 * the role tool; items of its Responses API; messages of the AI SDK or of Anthropic, whose calls are parts of the
 * content. What might be a call and cannot be read makes the list unreadable: a call that is left out would count as
 * never made.
 * @throws Unreadable
 */
export function trajectoryOfMessages(value: unknown): Trajectory {
  const builder = createTrajectoryBuilder()
  let response: TrajectoryMessage | undefined
  for (const [index, entry] of readAs(messageEntriesSchema, value).entries())
    at(index, () => {
      if (isResponseItem(entry)) {
        response = readResponseItem(entry, builder, response)
        return
      }
      response = undefined
      readMessage(entry, builder)
    })
  return builder.trajectory()
}

function readMessage(entry: MessageEntry, builder: TrajectoryBuilder): void {
  if (entry.parts !== undefined) throw new Unreadable('"parts" is not read in a message; give "content"')
  const { role } = entry
  if (role === 'system' || role === 'developer') return
  if (role === 'user') readUser(entry, builder)
  else if (role === 'assistant') readAssistant(entry, builder)
  else if (role === 'tool') readTool(entry, builder)
  else if (role === 'function') builder.answer(null, outcomeOf(readResult(entry.content)))
  else if (role === undefined) throw new Unreadable('needs a role')
  else throw new Unreadable(`the role "${role}" is unknown; roles are user, assistant, tool`)
}

function readUser({ content }: MessageEntry, builder: TrajectoryBuilder): void {
  const { text, calls, outcomes } = at('content', () => readMessageContent(content))
  if (calls.length > 0) throw new Unreadable('a user makes no calls', ['content'])
  for (const { id, outcome } of outcomes) builder.answer(id, outcome)
  if (text !== '' || outcomes.length === 0) builder.user(text)
}

function readAssistant(entry: MessageEntry, builder: TrajectoryBuilder): void {
  const { content, tool_calls: listed, function_call: single } = readAs(assistantSchema, entry)
  if (content === undefined && !listed && !single) throw new Unreadable('has neither content nor tool_calls')
  const { text, calls, outcomes } = at('content', () => readMessageContent(content ?? ''))
  const others = at('tool_calls', () => (listed ?? []).map((call, index) => at(index, () => reportedCall(call))))
  builder.step(text, [...calls, ...others, ...(single ? [toolCall(single)] : [])])
  for (const { id, outcome } of outcomes) builder.answer(id, outcome)
}

function readTool(entry: MessageEntry, builder: TrajectoryBuilder): void {
  const { content, tool_call_id: id, error } = readAs(toolSchema, entry)
  const { text, calls, outcomes } = at('content', () => readMessageContent(content ?? ''))
  if (calls.length > 0) throw new Unreadable('a tool makes no calls', ['content'])
  for (const { id: of, outcome } of outcomes) builder.answer(of, outcome)
  if (outcomes.length === 0) builder.answer(id ?? null, outcomeOf(content == null ? null : readResult(text), error))
}
