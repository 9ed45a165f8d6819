import { parseModelId } from '../../suite/models/model.ts'
import type { ApiKind } from '../api-key.ts'
import { errorExcerpt } from '../excerpt.ts'
import type { Completion, ModelRequest, Usage } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'
import { readAnswerBody } from './answer-body.ts'
import type { LanguageModel } from './connection.ts'
import { type Ending, endingOf } from './finish-reason.ts'
import { isModelAsked } from './served-model.ts'
import { stepOf } from './tool-messages.ts'

type Result = Awaited<ReturnType<LanguageModel['doGenerate']>>
type Warning = Result['warnings'][number]

/** The provider of an answer. */
export interface AnswerPlace {
  source: string
  kind: ApiKind
  /** Masks secrets in texts of the provider. */
  mask: (text: string) => string
}

/**
 * Converts the AI SDK's result of a call to an answer.
 * @throws ProviderError `server` for half an answer, when the provider has failed in the middle of it
 */
export function completionOf(
  result: Result,
  request: ModelRequest,
  latencyMs: number,
  { source, kind, mask }: AnswerPlace,
): Completion {
  const { error, fingerprint, host, refusal } = readAnswerBody(result.response?.body)
  const ending = endingOf(result)
  if (error || ending.finishReason === 'failed') {
    const text = errorExcerpt(error?.message ?? ending.ended ?? '', mask)
    throw new ProviderError('server', `${source}: broke off in the middle of the answer: ${text}`)
  }
  const output = outputOf(result, request)
  const servedModel = result.response?.modelId
  const { unknownEnd, ...end } = finished(ending, kind, mask)
  const step = stepOf(result, request, { source, kind })
  return {
    output,
    usage: usageOf(result, output),
    latencyMs,
    warnings: [
      ...result.warnings.map(warningText),
      ...(unknownEnd === undefined ? [] : [unknownEnd]),
      ...otherModel(request.model, servedModel, mask),
    ],
    ...end,
    ...(servedModel !== undefined && { servedModel }),
    ...(host !== undefined && { host: errorExcerpt(host, mask) }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(refusal !== undefined && { refusal }),
    ...(step && { step }),
  }
}

function otherModel(modelId: string, served: string | undefined, mask: AnswerPlace['mask']): string[] {
  const asked = parseModelId(modelId)?.model ?? modelId
  if (served === undefined || isModelAsked(asked, served)) return []
  return [`the model "${asked}" was asked for, and the server says that "${errorExcerpt(served, mask)}" answered`]
}

interface Finish extends Pick<Completion, 'finishReason' | 'ended'> {
  /** A warning that the reason for the end is not known. */
  unknownEnd?: string
}

/**
 * Compatible servers may name a normal end in another way, or not at all. So an unknown reason of theirs counts as a
 * normal end, with a warning. The providers' own APIs always give a reason; without one the answer is not whole.
 */
function finished({ finishReason, ended = '' }: Ending, kind: ApiKind, mask: AnswerPlace['mask']): Finish {
  const shown = errorExcerpt(ended, mask)
  if (finishReason === 'unknown' && kind === 'openai-compatible') {
    const unknownEnd = `finish_reason "${shown}" is not known; the answer counts as whole`
    return { finishReason: 'stop', ...(shown !== '' && { unknownEnd }) }
  }
  if (finishReason === 'unknown' && shown === '') return { finishReason: 'other', ended: 'without a reason' }
  const known = finishReason === 'unknown' || finishReason === 'failed' ? 'other' : finishReason
  return { finishReason: known, ...(shown !== '' && { ended: shown }) }
}

function outputOf(result: Result, { format }: ModelRequest): string {
  if (format.type !== 'text' && result.structuredOutputText !== undefined) return result.structuredOutputText
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function usageOf({ usage: { inputTokens, outputTokens } }: Result, output: string): Usage {
  const counts = [...Object.values(inputTokens), ...Object.values(outputTokens)]
  if (counts.some((count) => count !== undefined && count < 0)) return {}
  // A server that does not count reports zeros. An answer without input tokens was not counted; it was not free.
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
