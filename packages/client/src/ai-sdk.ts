import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { observationOf, observeStream } from './ai-sdk-observation.ts'
import { withVersion } from './ai-sdk-parameters.ts'
import type { SluiceClient } from './index.ts'

export interface SluiceMiddlewareOptions {
  feature: string
  /**
   * Who the call is for; by default `providerOptions: {sluice: {unit}}` of the call. With `vars` beside it, the version's
   * own messages, rendered, replace the prompt of the call.
   */
  unit?: (params: LanguageModelV4CallOptions) => string | undefined
  /** The model that a version names, `provider:model`; undefined, or without this, the wrapped model is called. */
  models?: (id: string) => LanguageModelV4 | undefined
  /** USD of a call; undefined where it is not known. */
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

/**
 * For `wrapLanguageModel` of the AI SDK: each call is routed, gets the model and parameters of its version, and is recorded with
 * time, tokens, cost, output and what went wrong. What the model throws comes out unchanged. A stream is recorded at its end;
 * one that its reader gives up is recorded without output.
 */
export function sluiceMiddleware(sluice: SluiceClient, options: SluiceMiddlewareOptions): LanguageModelV4Middleware {
  const prepare = (params: LanguageModelV4CallOptions, wrapped: LanguageModelV4) => {
    const own = params.providerOptions?.sluice
    const unit = options.unit ? options.unit(params) : own?.unit
    const route = sluice.route(options.feature, typeof unit === 'string' ? unit : undefined)
    const model = (route.prompt && options.models?.(route.prompt.model)) ?? wrapped
    const price = options.price
    const context = { model: route.prompt?.model ?? model.modelId, ...(price && { price }) }
    return { route, model, context, call: withVersion(params, route.prompt, own?.vars) }
  }
  return {
    specificationVersion: 'v4',
    wrapGenerate({ params, model: wrapped }) {
      const { route, model, context, call } = prepare(params, wrapped)
      return route.run(
        () => Promise.resolve(model.doGenerate(call())),
        (result) => observationOf(result, context),
      )
    },
    async wrapStream({ params, model: wrapped }) {
      const { route, model, context, call } = prepare(params, wrapped)
      const observer = observeStream(route, sluice.now, context)
      try {
        const result = await model.doStream(call())
        return { ...result, stream: observer.watch(result.stream) }
      } catch (error) {
        observer.failed(error)
        throw error
      }
    },
  }
}
