import type { LanguageModel } from './api-connection.ts'
import type { Completion, FinishReason, ModelRequest, Usage } from './provider.ts'

type Result = Awaited<ReturnType<LanguageModel['doGenerate']>>
type Warning = Result['warnings'][number]

/** A model's answer as the AI SDK gives it, without what Sluice has no use for. */
export function completionOf(result: Result, request: ModelRequest, latencyMs: number): Completion {
  const output = outputOf(result, request)
  const finishReason = finishReasonOf(result)
  const servedModel = result.response?.modelId
  const fingerprint = fingerprintOf(result.response?.body)
  return {
    output,
    usage: usageOf(result, output),
    latencyMs,
    finishReason,
    warnings: [...result.warnings.map(warningText), ...outputWarnings(output, finishReason)],
    ...(servedModel !== undefined && { servedModel }),
    ...(fingerprint !== undefined && { fingerprint }),
  }
}

function outputOf(result: Result, { format }: ModelRequest): string {
  if (format.type !== 'text' && result.structuredOutputText !== undefined) return result.structuredOutputText
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function usageOf({ usage: { inputTokens, outputTokens } }: Result, output: string): Usage {
  // A server that counts nothing reports zeros; an answer without input is not free but uncounted.
  const input = inputTokens.total || undefined
  const outputTotal = outputTokens.total === 0 && output !== '' ? undefined : outputTokens.total
  return {
    ...(input !== undefined && { inputTokens: input }),
    ...(inputTokens.cacheRead !== undefined && { cachedInputTokens: inputTokens.cacheRead }),
    ...(inputTokens.cacheWrite !== undefined && { cacheWriteTokens: inputTokens.cacheWrite }),
    ...(outputTotal !== undefined && { outputTokens: outputTotal }),
    ...(outputTokens.reasoning !== undefined && { reasoningTokens: outputTokens.reasoning }),
  }
}

function finishReasonOf({ finishReason: { unified } }: Result): FinishReason {
  if (unified === 'stop' || unified === 'length') return unified
  return unified === 'content-filter' ? 'filter' : 'other'
}

function outputWarnings(output: string, finishReason: FinishReason): string[] {
  const warnings: string[] = []
  if (finishReason === 'length') warnings.push('the answer was cut off at maxTokens')
  if (finishReason === 'filter') warnings.push("the provider's content filter stopped the answer")
  if (output === '') warnings.push('the answer is empty')
  return warnings
}

function warningText(warning: Warning): string {
  switch (warning.type) {
    case 'unsupported':
    case 'compatibility':
      return `${warning.feature}: ${warning.details ?? (warning.type === 'unsupported' ? 'not supported by the model, left out' : 'sent in another form')}`
    case 'deprecated':
      return `${warning.setting}: ${warning.message}`
    case 'other':
      return warning.message
  }
}

function fingerprintOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('system_fingerprint' in body)) return undefined
  return typeof body.system_fingerprint === 'string' ? body.system_fingerprint : undefined
}
