import type {
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { errorText, type Observation } from '../outcomes/observation.ts'
import type { Route } from '../route.ts'

export interface ObservedCall {
  /** `provider:model` */
  model: string
  /** The call's signal, by which its caller may cancel it. */
  signal: AbortSignal | undefined
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

interface Ending {
  usage: LanguageModelV4Usage
  finishReason: LanguageModelV4FinishReason
}

function observationAt({ usage, finishReason }: Ending, output: string, context: ObservedCall): Observation {
  const [inputTokens, outputTokens] = [usage?.inputTokens?.total, usage?.outputTokens?.total]
  const costUsd = costOf(inputTokens, outputTokens, context)
  return {
    output,
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(finishReason?.unified === 'content-filter' ? { refusal: true } : {}),
    ...(finishReason?.unified === 'error' ? { error: `the model stopped: ${finishReason.raw ?? 'error'}` } : {}),
  }
}

/** Undefined if the price is not known. An error in `price` must not fail the request. */
function costOf(inputTokens: number | undefined, outputTokens: number | undefined, { model, price }: ObservedCall) {
  try {
    const counted = inputTokens !== undefined && outputTokens !== undefined
    return counted ? price?.(model, { inputTokens, outputTokens }) : undefined
  } catch {
    return undefined
  }
}

/** The observation of an answer that was not streamed. */
function observationOf(result: LanguageModelV4GenerateResult, context: ObservedCall): Observation {
  const output = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const servedModel = result.response?.modelId
  return { ...observationAt(result, output, context), ...(servedModel === undefined ? {} : { servedModel }) }
}

/** Times and records one call. It throws what the call throws, unchanged, and nothing else. */
export interface CallObserver {
  whole(call: () => Promise<LanguageModelV4GenerateResult>): Promise<LanguageModelV4GenerateResult>
  /** Returns a stream with the same parts, and records them as they pass. */
  stream(call: () => Promise<LanguageModelV4StreamResult>): Promise<LanguageModelV4StreamResult>
}

export function observeCall(route: Route, now: () => number, context: ObservedCall): CallObserver {
  const startedAt = now()
  let output = ''
  let seen: Observation = {}
  let recorded = false

  function record(observation: Observation): void {
    if (recorded) return
    recorded = true
    const passed = now() - startedAt
    route.record({ ...(passed >= 0 && { latencyMs: passed }), ...seen, ...observation })
    route.done()
  }

  /** Reading an answer of an unexpected form must not fail the call. */
  function quietly<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch {
      return undefined
    }
  }

  /** A call that its caller cancels is no error of the prompt. A call that exceeds its time limit is one. */
  function faultOf(error: unknown): Observation {
    const isCancelled =
      context.signal?.aborted === true && quietly(() => context.signal?.reason.name) !== 'TimeoutError'
    return isCancelled ? {} : { error: errorText(error) }
  }

  function observe(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') output += part.delta
    else if (part.type === 'response-metadata' && part.modelId !== undefined) seen.servedModel = part.modelId
    else if (part.type === 'error') Object.assign(seen, faultOf(part.error))
    else if (part.type === 'finish') seen = { ...observationAt(part, output, context), ...seen }
  }

  function watch(stream: ReadableStream<LanguageModelV4StreamPart>): ReadableStream<LanguageModelV4StreamPart> {
    const reader = stream.getReader()
    return new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            record({})
            controller.close()
          } else {
            quietly(() => observe(value))
            controller.enqueue(value)
          }
        } catch (error) {
          record(faultOf(error))
          controller.error(error)
        }
      },
      async cancel(reason) {
        record({})
        await reader.cancel(reason)
      },
    })
  }

  async function called<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      record(faultOf(error))
      throw error
    }
  }

  return {
    async whole(call) {
      const result = await called(call)
      record(quietly(() => observationOf(result, context)) ?? {})
      return result
    },
    async stream(call) {
      const result = await called(call)
      return { ...result, stream: watch(result.stream) }
    },
  }
}
