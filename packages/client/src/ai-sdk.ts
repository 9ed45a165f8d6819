import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { observeCall } from './ai-sdk/observe-call.ts'
import { withVersion } from './ai-sdk/parameters.ts'
import type { SluiceClient } from './index.ts'

export interface SluiceMiddlewareOptions {
  feature: string
  /**
   * The unit of a call; by default `providerOptions: {sluice: {unit}}` of the call. If `providerOptions.sluice` has
   * `vars` too, the version's messages, rendered with them, replace the prompt of the call.
   */
  unit?: (params: LanguageModelV4CallOptions) => string | number | bigint | undefined
  /** The model for a version's `provider:model`. If it is missing or returns undefined, the wrapped model is called. */
  models?: (id: string) => LanguageModelV4 | undefined
  /** Cost of a call in USD; undefined if it is not known. */
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

/**
 * For `wrapLanguageModel` of the AI SDK: each call is routed, gets the model and parameters of its version, and is
 * recorded with time, tokens, cost, output and error. What the model throws is thrown on unchanged. A stream is
 * recorded at its end. A call that its caller cancels is recorded without output, and not as an error. A call that ends
 * by its caller's timeout is recorded as an error.
 */
export function sluiceMiddleware(sluice: SluiceClient, options: SluiceMiddlewareOptions): LanguageModelV4Middleware {
  const prepare = (params: LanguageModelV4CallOptions, wrapped: LanguageModelV4) => {
    const own = params.providerOptions?.sluice
    const route = sluice.route(options.feature, unitOf(params, options.unit))
    const { price } = options
    const context = {
      model: route.prompt?.model ?? wrapped.modelId,
      signal: params.abortSignal,
      ...(price && { price }),
    }
    const observer = observeCall(route, sluice.now, context)
    // Called within the observed call, so that a version with an unknown model is recorded as an error.
    const model = () => (route.prompt && options.models?.(route.prompt.model)) ?? wrapped
    return { model, observer, call: withVersion(params, route.prompt, own?.vars) }
  }
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ params, model: wrapped }) {
      const { model, observer, call } = prepare(params, wrapped)
      return observer.whole(async () => model().doGenerate(call()))
    },
    async wrapStream({ params, model: wrapped }) {
      const { model, observer, call } = prepare(params, wrapped)
      return observer.stream(async () => model().doStream(call()))
    },
  }
}

/** Undefined if the application's function throws: that must not fail the request. */
function unitOf(params: LanguageModelV4CallOptions, unit: SluiceMiddlewareOptions['unit']): string | undefined {
  try {
    return (unit ? unit(params) : params.providerOptions?.sluice?.unit) as string | undefined
  } catch {
    return ''
  }
}
