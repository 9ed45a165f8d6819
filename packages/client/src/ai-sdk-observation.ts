import type {
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { errorText, type Observation } from './observation.ts'
import type { Route } from './route.ts'

export interface CallContext {
  /** `provider:model` */
  model: string
  /** Of the call: it may be given up by whoever made it. */
  signal: AbortSignal | undefined
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

interface Ending {
  usage: LanguageModelV4Usage
  finishReason: LanguageModelV4FinishReason
}

function observationAt({ usage, finishReason }: Ending, output: string, context: CallContext): Observation {
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

/** A price that cannot be told costs the request nothing else. */
function costOf(inputTokens: number | undefined, outputTokens: number | undefined, { model, price }: CallContext) {
  try {
    const counted = inputTokens !== undefined && outputTokens !== undefined
    return counted ? price?.(model, { inputTokens, outputTokens }) : undefined
  } catch {
    return undefined
  }
}

/** What a whole answer says about the call. */
function observationOf(result: LanguageModelV4GenerateResult, context: CallContext): Observation {
  const output = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const servedModel = result.response?.modelId
  return { ...observationAt(result, output, context), ...(servedModel === undefined ? {} : { servedModel }) }
}

/** Times and records one call. What the call throws comes out unchanged, and nothing else. */
export interface CallObserver {
  whole(call: () => Promise<LanguageModelV4GenerateResult>): Promise<LanguageModelV4GenerateResult>
  /** The stream is looked at as it passes. */
  stream(call: () => Promise<LanguageModelV4StreamResult>): Promise<LanguageModelV4StreamResult>
}

export function observeCall(route: Route, now: () => number, context: CallContext): CallObserver {
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

  /** Nothing that an answer looks like may spoil it. */
  function quietly<T>(look: () => T): T | undefined {
    try {
      return look()
    } catch {
      return undefined
    }
  }

  /** Whoever gives a call up says nothing about the prompt; one that took too long does. */
  function faultOf(error: unknown): Observation {
    const givenUp = context.signal?.aborted === true && quietly(() => context.signal?.reason.name) !== 'TimeoutError'
    return givenUp ? {} : { error: errorText(error) }
  }

  function look(part: LanguageModelV4StreamPart): void {
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
            quietly(() => look(value))
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
