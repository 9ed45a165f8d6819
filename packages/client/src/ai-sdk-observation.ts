import type {
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { errorText, type Observation, type Route } from './route.ts'

export interface CallContext {
  /** `provider:model` */
  model: string
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

interface Ending {
  usage: LanguageModelV4Usage
  finishReason: LanguageModelV4FinishReason
}

function observationAt({ usage, finishReason }: Ending, output: string, { model, price }: CallContext): Observation {
  const [inputTokens, outputTokens] = [usage.inputTokens.total, usage.outputTokens.total]
  const counted = inputTokens !== undefined && outputTokens !== undefined
  const costUsd = counted ? price?.(model, { inputTokens, outputTokens }) : undefined
  return {
    output,
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(finishReason.unified === 'content-filter' ? { refusal: true } : {}),
    ...(finishReason.unified === 'error' ? { error: `the model stopped: ${finishReason.raw ?? 'error'}` } : {}),
  }
}

/** What a whole answer says about the call. */
export function observationOf(result: LanguageModelV4GenerateResult, context: CallContext): Observation {
  const output = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const servedModel = result.response?.modelId
  return { ...observationAt(result, output, context), ...(servedModel === undefined ? {} : { servedModel }) }
}

/** Times and records one streamed call. */
export interface StreamObserver {
  /** The same stream, looked at as it passes. */
  watch(stream: ReadableStream<LanguageModelV4StreamPart>): ReadableStream<LanguageModelV4StreamPart>
  /** The call failed before there was a stream. */
  failed(error: unknown): void
}

export function observeStream(route: Route, now: () => number, context: CallContext): StreamObserver {
  const startedAt = now()
  let output = ''
  let seen: Observation = {}
  let recorded = false

  function record(observation: Observation): void {
    if (recorded) return
    recorded = true
    route.record({ latencyMs: Math.max(0, now() - startedAt), ...seen, ...observation })
  }

  function look(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') output += part.delta
    else if (part.type === 'response-metadata' && part.modelId !== undefined) seen.servedModel = part.modelId
    else if (part.type === 'error') seen.error = errorText(part.error)
    else if (part.type === 'finish') seen = { ...observationAt(part, output, context), ...seen }
  }

  return {
    failed: (error) => record({ error: errorText(error) }),
    watch(stream) {
      const reader = stream.getReader()
      return new ReadableStream({
        async pull(controller) {
          try {
            const { done, value } = await reader.read()
            if (done) {
              record({})
              controller.close()
            } else {
              look(value)
              controller.enqueue(value)
            }
          } catch (error) {
            record({ error: errorText(error) })
            controller.error(error)
          }
        },
        async cancel(reason) {
          record({})
          await reader.cancel(reason)
        },
      })
    },
  }
}
