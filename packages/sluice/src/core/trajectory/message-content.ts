import { z } from 'zod'
import type { ToolCall } from '../../records/answer-trace.ts'
import { type CallOutcome, outcomeOf, readResult, reportedCall } from './tool-call.ts'
import { at, readAs, Unreadable } from './unreadable.ts'

/** What a message says, calls and answers. */
export interface MessageContent {
  text: string
  calls: ToolCall[]
  /** What came of earlier calls, by their ids. */
  outcomes: { id: string; outcome: CallOutcome }[]
}

export const messageEntriesSchema = z.array(z.looseObject({ role: z.string().optional(), type: z.string().optional() }))

/** An entry of a list of messages, of whatever format. */
export type MessageEntry = z.output<typeof messageEntriesSchema>[number]

const partsSchema = z.array(z.looseObject({ type: z.string().optional() }))
type Part = z.output<typeof partsSchema>[number]

const textSchema = z.looseObject({ text: z.string() })
const anything = z.unknown().optional()

/** A result of the AI SDK: `output` is wrapped since its version 5; `result` is of version 4. */
const sdkResultSchema = z.looseObject({
  toolCallId: z.string(),
  output: z.looseObject({ type: z.string(), value: anything, reason: anything }).nullish(),
  result: anything,
  isError: z.boolean().nullish(),
})

const anthropicResultSchema = z.looseObject({
  tool_use_id: z.string(),
  content: anything,
  is_error: z.boolean().nullish(),
})

/** Whether something of this type might be a call or its answer, so that it must not be passed over. */
export function mayBeCall(type: string): boolean {
  return /tool|call|function|approval/i.test(type)
}

/**
 * Reads the content of a message: a text, or parts. Pictures, files and thoughts are passed over.
 * @throws Unreadable for a part that may be a call and is of no known form
 */
export function readMessageContent(content: unknown): MessageContent {
  if (typeof content === 'string') return { text: content, calls: [], outcomes: [] }
  const found: MessageContent = { text: '', calls: [], outcomes: [] }
  const texts: string[] = []
  for (const [index, part] of readAs(partsSchema, content).entries())
    at(index, () => {
      const text = readPart(part, found)
      if (text !== undefined) texts.push(text)
    })
  return { ...found, text: texts.join('\n') }
}

function readPart(part: Part, found: MessageContent): string | undefined {
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return readAs(textSchema, part).text
    case 'refusal':
      return typeof part.refusal === 'string' ? part.refusal : undefined
    case 'tool-call':
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      found.calls.push(reportedCall(part))
      return undefined
    case 'tool-result':
      found.outcomes.push(sdkResult(part))
      return undefined
    case 'tool-approval-request':
    case 'tool-approval-response':
      return undefined
  }
  if (part.type?.endsWith('tool_result')) {
    found.outcomes.push(anthropicResult(part))
    return undefined
  }
  if (part.type !== undefined && mayBeCall(part.type))
    throw new Unreadable(`a part of the type "${part.type}" is not known, and may be a call`)
  return part.type === undefined && typeof part.text === 'string' ? part.text : undefined
}

function sdkResult(part: Part): MessageContent['outcomes'][number] {
  const { toolCallId: id, output, result, isError } = readAs(sdkResultSchema, part)
  if (!output) return { id, outcome: isError ? outcomeOf(result, result ?? '') : outcomeOf(result) }
  const { type, value, reason } = output
  if (type === 'execution-denied')
    return { id, outcome: { error: `not approved${reason ? `: ${String(reason)}` : ''}` } }
  return { id, outcome: type.startsWith('error') ? outcomeOf(null, value ?? '') : outcomeOf(readResult(value)) }
}

function anthropicResult(part: Part): MessageContent['outcomes'][number] {
  const { tool_use_id: id, content, is_error: failed } = readAs(anthropicResultSchema, part)
  const result = readResult(flattened(content))
  return { id, outcome: failed ? outcomeOf(result, result ?? '') : outcomeOf(result) }
}

/** Parts that are all text, as their text. */
function flattened(content: unknown): unknown {
  const parts = z.array(z.looseObject({ type: z.literal('text'), text: z.string() })).safeParse(content)
  return parts.success ? parts.data.map(({ text }) => text).join('\n') : content
}
