import { z } from 'zod'
import { jsonIn } from '../../json.ts'
import type { ToolCall } from '../../records/answer-trace.ts'
import { isTooDeep, mostLevels, readAs, Unreadable } from './unreadable.ts'

/** What came of a call. */
export interface CallOutcome {
  result?: unknown
  error?: string | null | undefined
  durationMs?: number | null | undefined
}

/** What a format says of a call; what it does not say is left out. */
interface ReportedCall extends CallOutcome {
  id?: string | number | null | undefined
  name: string
  /** A JSON text, or a value that was parsed already. Nothing, and an empty text, mean no arguments. */
  arguments?: unknown
}

/** A call in the neutral form. Arguments that are no JSON are kept as they were written. */
export function toolCall({ id, name, result, error, durationMs, ...rest }: ReportedCall): ToolCall {
  return {
    id: id == null ? null : String(id),
    name,
    ...readArguments(rest.arguments),
    result: result ?? null,
    error: error ?? null,
    durationMs: durationMs ?? null,
  }
}

/** The arguments of a JSON text, or of a value that was parsed already. Those of too many levels count as no JSON. */
export function readArguments(raw: unknown): Pick<ToolCall, 'arguments' | 'unreadable'> {
  if (typeof raw !== 'string')
    return isTooDeep(raw)
      ? { arguments: null, unreadable: `a value of more than ${mostLevels} levels` }
      : { arguments: raw ?? {} }
  if (raw.trim() === '') return { arguments: {} }
  try {
    const parsed: unknown = JSON.parse(raw)
    return isTooDeep(parsed) ? { arguments: null, unreadable: raw } : { arguments: parsed }
  } catch {
    return { arguments: null, unreadable: raw }
  }
}

const text = z.string().nullish()
const anything = z.unknown().optional()

const reportedCallSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  toolCallId: text,
  call_id: text,
  name: text,
  toolName: text,
  function: z.looseObject({ name: text, arguments: anything }).nullish(),
  custom: z.looseObject({ name: text, input: anything }).nullish(),
  arguments: anything,
  args: anything,
  input: anything,
  result: anything,
  output: anything,
  error: anything,
  durationMs: z.number().min(0).nullish(),
})

/**
 * A call as formats write it: `{name, arguments}`; `{function: {name, arguments}}` of OpenAI; `{toolName, input |
 * args}` of the AI SDK; `{name, input}` of Anthropic. With `result` or `output`, `error` and `durationMs` where they
 * are told.
 */
export function reportedCall(value: unknown): ToolCall {
  const call = readAs(reportedCallSchema, value)
  const name = call.toolName ?? call.function?.name ?? call.custom?.name ?? call.name
  if (!name) throw new Unreadable('a call needs the name of its tool')
  return toolCall({
    id: call.toolCallId ?? call.call_id ?? call.id,
    name,
    arguments: call.function?.arguments ?? call.custom?.input ?? call.arguments ?? call.input ?? call.args,
    ...outcomeOf(call.result ?? call.output, call.error),
    durationMs: call.durationMs,
  })
}

/** What came of a call, where a tool of MCP marks a result as an error by `isError`. */
export function outcomeOf(result: unknown, error?: unknown): CallOutcome {
  if (error != null) return { result, error: toolErrorText(error) }
  const marked = typeof result === 'object' && result !== null && 'isError' in result && result.isError === true
  return marked ? { result, error: toolErrorText('content' in result ? result.content : result) } : { result }
}

/** An error in words. One that went through JSON has often lost its message. */
export function toolErrorText(error: unknown): string {
  const detail = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  const text = typeof detail === 'string' ? detail : (JSON.stringify(detail) ?? '')
  return text === '' || text === '{}' ? 'failed, without a message' : text
}

/** Results of tools are mostly JSON in a text. */
export function readResult(raw: unknown): unknown {
  return typeof raw === 'string' ? (jsonIn(raw) ?? raw) : raw
}
