import { z } from 'zod'
import { jsonIn } from '../../../json.ts'
import { readTrace } from '../../trajectory/read-trace.ts'
import { errorExcerpt } from '../excerpt.ts'
import type { Completion } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'

/** Masks secrets in quoted text. */
type MaskText = (text: string) => string

const count = z.number().min(0).nullish()
const reportSchema = z.looseObject({ output: z.unknown(), inputTokens: count, outputTokens: count, costUsd: count })

/**
 * Reads the text of an application: JSON with an `output` and perhaps its cost and its trace, or any other text, which
 * is the output itself.
 * @throws ProviderError `server` if it reports an error, also together with an output; `bad-response` if a count or the
 *   cost is not a number of 0 or more
 */
export function targetText(source: string, text: string, latencyMs: number, mask?: MaskText): Completion {
  const value = jsonIn(text)
  if (isReport(value) || isFailure(value)) return targetValue(source, value, latencyMs, mask)
  return answer(value === null || value === '' ? '' : text, latencyMs)
}

/** The completion of a function's result. If it is null or undefined, the answer has no text. */
export function targetValue(source: string, value: unknown, latencyMs: number, mask?: MaskText): Completion {
  if (isFailure(value))
    throw new ProviderError('server', `${source}: reports an error: ${errorExcerpt(asText(value.error), mask)}`)
  if (!isReport(value)) return answer(asText(value), latencyMs)
  const report = reportSchema.safeParse(value)
  if (!report.success) {
    const [issue] = report.error.issues
    const fault = `${issue?.path.join('.')}: ${issue?.message}`
    throw new ProviderError('bad-response', `${source}: ${fault}, in ${errorExcerpt(JSON.stringify(value), mask)}`)
  }
  const { output, inputTokens, outputTokens, costUsd } = report.data
  const trace = readTrace(value)
  return {
    ...answer(asText(output), latencyMs),
    usage: { ...(inputTokens != null && { inputTokens }), ...(outputTokens != null && { outputTokens }) },
    ...(costUsd != null && { costUsd }),
    ...(trace && { trace }),
  }
}

function answer(output: string, latencyMs: number): Completion {
  return { output, usage: {}, latencyMs, finishReason: 'stop', warnings: [] }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null ? '' : (JSON.stringify(value) ?? '')
}

function isReport(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'output')
}

/** Keys that usually accompany an `error` key in an error report. */
const companion =
  /^(?:error|(?:error_?)?(?:code|type|name|message|description|details?)|status(?:_?(?:code|text))?|ok|success|path|timestamp|(?:request|trace|correlation)_?id)$/i

/**
 * Whether an `error` key reports a failure: together with an output, by itself, or with keys that usually accompany it.
 * Among other keys it is part of the application's answer.
 */
function isFailure(value: unknown): value is { error: unknown } {
  if (typeof value !== 'object' || value === null || !('error' in value) || !value.error) return false
  return isReport(value) || Object.keys(value).every((key) => companion.test(key))
}
