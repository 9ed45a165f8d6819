import type { ApiKind } from '../api-key.ts'
import { errorExcerpt } from '../excerpt.ts'
import type { Completion, ModelRequest, Usage } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'
import { readAnswerBody } from './answer-body.ts'
import type { LanguageModel } from './connection.ts'
import { type Ending, endingOf } from './finish-reason.ts'

type Result = Awaited<ReturnType<LanguageModel['doGenerate']>>
type Warning = Result['warnings'][number]

/** Whose answer it is. */
export interface AnswerPlace {
  source: string
  kind: ApiKind
  /** Takes secrets out of what the provider says. */
  mask: (text: string) => string
}

/**
 * A model's answer as the AI SDK gives it, without what Sluice has no use for.
 * @throws ProviderError `server` for half an answer: the provider has failed in the middle of it
 */
export function completionOf(
  result: Result,
  request: ModelRequest,
  latencyMs: number,
  { source, kind, mask }: AnswerPlace,
): Completion {
  const { error, fingerprint, refusal } = readAnswerBody(result.response?.body)
  const ending = endingOf(result)
  if (error || ending.finishReason === 'failed') {
    const said = errorExcerpt(error?.message ?? ending.ended ?? '', mask)
    throw new ProviderError('server', `${source}: broke off in the middle of the answer: ${said}`)
  }
  const output = outputOf(result, request)
  const servedModel = result.response?.modelId
  const { unknownEnd, ...end } = finished(ending, kind, mask)
  return {
    output,
    usage: usageOf(result, output),
    latencyMs,
    warnings: [...result.warnings.map(warningText), ...(unknownEnd === undefined ? [] : [unknownEnd])],
    ...end,
    ...(servedModel !== undefined && { servedModel }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(refusal !== undefined && { refusal }),
  }
}

interface Finish extends Pick<Completion, 'finishReason' | 'ended'> {
  /** A warning. */
  unknownEnd?: string
}

/**
 * Compatible servers have words of their own for an end like any other, or none, so theirs is taken for one and said. The
 * providers' own APIs always give a reason: without one the answer is not whole.
 */
function finished({ finishReason, ended = '' }: Ending, kind: ApiKind, mask: AnswerPlace['mask']): Finish {
  const said = errorExcerpt(ended, mask)
  if (finishReason === 'unknown' && kind === 'openai-compatible') {
    const unknownEnd = `finish_reason "${said}" is not known; the answer was taken for whole`
    return { finishReason: 'stop', ...(said !== '' && { unknownEnd }) }
  }
  if (finishReason === 'unknown' && said === '') return { finishReason: 'other', ended: 'without a reason' }
  const known = finishReason === 'unknown' || finishReason === 'failed' ? 'other' : finishReason
  return { finishReason: known, ...(said !== '' && { ended: said }) }
}

function outputOf(result: Result, { format }: ModelRequest): string {
  if (format.type !== 'text' && result.structuredOutputText !== undefined) return result.structuredOutputText
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function usageOf({ usage: { inputTokens, outputTokens } }: Result, output: string): Usage {
  const counts = [...Object.values(inputTokens), ...Object.values(outputTokens)]
  if (counts.some((count) => count !== undefined && count < 0)) return {}
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
