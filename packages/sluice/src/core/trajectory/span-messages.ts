import { z } from 'zod'
import type { ToolCall } from '../../records/answer-trace.ts'
import { type MessageContent, mayBeCall } from './message-content.ts'
import { attributeOf, type ReportedSpan, textAttribute } from './otel-spans.ts'
import { outcomeOf, readResult, reportedCall, toolCall } from './tool-call.ts'
import { at, readAs, Unreadable } from './unreadable.ts'

/** What the span of a model says of its messages. */
export interface SpanMessages {
  /** Null where it was not recorded. */
  output: MessageContent | null
  /** What came since the last message of the assistant: results of calls, and what users said. */
  outcomes: MessageContent['outcomes']
  users: string[]
}

const anything = z.unknown().optional()

const messagesSchema = z.array(z.looseObject({ role: z.string(), parts: z.array(z.looseObject({ type: z.string() })) }))
type SpanMessage = z.output<typeof messagesSchema>[number]

const callSchema = z.looseObject({ id: z.string().nullish(), name: z.string().min(1), arguments: anything })
const responseSchema = z.looseObject({ id: z.string(), response: anything, result: anything })

/**
 * Reads `gen_ai.input.messages` and `gen_ai.output.messages`, as JSON or as values; else the AI SDK's `ai.response.*`.
 */
export function readSpanMessages(span: ReportedSpan): SpanMessages {
  const input = messagesOf(span, 'gen_ai.input.messages') ?? []
  const fresh = input.slice(input.findLastIndex(({ role }) => role === 'assistant') + 1)
  return {
    output: outputOf(span),
    outcomes: fresh.flatMap(({ outcomes }) => outcomes),
    users: fresh.flatMap(({ role, text }) => (role === 'user' && text !== '' ? text : [])),
  }
}

function outputOf(span: ReportedSpan): MessageContent | null {
  const contents = messagesOf(span, 'gen_ai.output.messages')
  if (contents) {
    return {
      text: contents.flatMap(({ text }) => (text === '' ? [] : text)).join('\n'),
      calls: contents.flatMap(({ calls }) => calls),
      outcomes: contents.flatMap(({ outcomes }) => outcomes),
    }
  }
  const text = textAttribute(span, ['ai.response.text'])
  const calls = attributeOf(span, ['ai.response.toolCalls'])
  if (text === null && calls === undefined) return null
  return { text: text ?? '', calls: at('ai.response.toolCalls', () => sdkCalls(calls ?? [])), outcomes: [] }
}

function sdkCalls(raw: unknown): ToolCall[] {
  return readAs(z.array(z.unknown()), parsed(raw)).map((call, index) => at(index, () => reportedCall(call)))
}

function messagesOf(span: ReportedSpan, name: string): (MessageContent & { role: string })[] | undefined {
  const value = span.attributes.get(name)
  if (value == null) return undefined
  return at(name, () => {
    const messages = readAs(messagesSchema, parsed(value))
    return messages.map((message, index) => at(index, () => ({ role: message.role, ...contentOf(message) })))
  })
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    throw new Unreadable('is no JSON; was it cut off?')
  }
}

function contentOf({ parts }: SpanMessage): MessageContent {
  const found: MessageContent = { text: '', calls: [], outcomes: [] }
  const texts: string[] = []
  for (const part of parts) {
    const { type } = part
    if (type === 'text') texts.push(String(part.content ?? ''))
    else if (type === 'tool_call') found.calls.push(calledBy(part))
    else if (type === 'server_tool_call') found.calls.push(calledBy({ ...part, arguments: part.server_tool_call }))
    else if (type === 'tool_call_response') found.outcomes.push(answered(part))
    else if (type === 'server_tool_call_response')
      found.outcomes.push(answered({ ...part, response: part.server_tool_call_response }))
    else if (mayBeCall(type)) throw new Unreadable(`a part of the type "${type}" is not known, and may be a call`)
  }
  return { ...found, text: texts.join('\n') }
}

/** Arguments that were not recorded are null: nothing is known of them. */
function calledBy(part: unknown): ToolCall {
  const { id, name, arguments: given } = readAs(callSchema, part)
  return given == null ? { ...toolCall({ id, name }), arguments: null } : toolCall({ id, name, arguments: given })
}

function answered(part: unknown): MessageContent['outcomes'][number] {
  const { id, response, result } = readAs(responseSchema, part)
  return { id, outcome: outcomeOf(readResult(response ?? result)) }
}
