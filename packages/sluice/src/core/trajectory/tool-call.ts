import type { ToolCall } from '../../records/answer-trace.ts'

/** What a format says of a call; what it does not say is left out. */
interface ReportedCall {
  id?: string | null | undefined
  name: string
  /** A JSON text, or a value that was parsed already. Nothing, and an empty text, mean no arguments. */
  arguments?: unknown
  result?: unknown
  error?: string | null | undefined
  durationMs?: number | null | undefined
}

/** A call in the neutral form. Arguments that are no JSON are kept as they were written. */
export function toolCall({ id, name, result, error, durationMs, ...said }: ReportedCall): ToolCall {
  return {
    id: id ?? null,
    name,
    ...readArguments(said.arguments),
    result: result ?? null,
    error: error ?? null,
    durationMs: durationMs ?? null,
  }
}

function readArguments(said: unknown): Pick<ToolCall, 'arguments' | 'unreadable'> {
  if (typeof said !== 'string') return { arguments: said ?? {} }
  if (said.trim() === '') return { arguments: {} }
  try {
    return { arguments: JSON.parse(said) as unknown }
  } catch {
    return { arguments: null, unreadable: said }
  }
}
