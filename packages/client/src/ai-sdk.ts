import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { observeCall } from './ai-sdk-observation.ts'
import { withVersion } from './ai-sdk-parameters.ts'
import type { SluiceClient } from './index.ts'

export interface SluiceMiddlewareOptions {
  feature: string
  /**
   * Who the call is for; by default `providerOptions: {sluice: {unit}}` of the call. With `vars` beside it, the version's
   * own messages, rendered, replace the prompt of the call.
   */
  unit?: (params: LanguageModelV4CallOptions) => string | number | bigint | undefined
  /** The model that a version names, `provider:model`; undefined, or without this, the wrapped model is called. */
  models?: (id: string) => LanguageModelV4 | undefined
  /** USD of a call; undefined where it is not known. */
  price?: (model: string, usage: { inputTokens: number; outputTokens: number }) => number | undefined
}

/**
 * For `wrapLanguageModel` of the AI SDK: each call is routed, gets the model and parameters of its version, and is recorded with
 * time, tokens, cost, output and what went wrong. What the model throws comes out unchanged. A stream is recorded at its end;
 * a call that its caller gives up is recorded without output, and is no error; one that its caller's timeout ends is.
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
    // Within what is observed: a version that names a model which is not to be had fails, and must be seen to.
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

/** A function that throws gives no unit, and no fault of the request. */
function unitOf(params: LanguageModelV4CallOptions, unit: SluiceMiddlewareOptions['unit']): string | undefined {
  try {
    return (unit ? unit(params) : params.providerOptions?.sluice?.unit) as string | undefined
  } catch {
    return ''
  }
}
