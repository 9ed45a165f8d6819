import type { ResponseFormat } from '../suite/model.ts'
import type { LanguageModel } from './api-connection.ts'
import type { ModelRequest } from './provider.ts'

type CallOptions = Parameters<LanguageModel['doGenerate']>[0]
type SchemaFormat = Extract<CallOptions['responseFormat'], { type: 'json' }>

/**
 * The longest answer, in tokens, when a prompt sets no `maxTokens`. Left open, some providers allow 128,000: a model
 * that does not stop would cost dollars a case.
 */
export const defaultMaxTokens = 4096

/** A request in the words of the AI SDK's language model specification. */
export function callOptions({ messages, parameters, format }: ModelRequest, signal: AbortSignal): CallOptions {
  const { maxTokens, stop, reasoningEffort, ...shared } = parameters
  return {
    prompt: messages.map(({ role, content }) =>
      role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] },
    ),
    ...shared,
    maxOutputTokens: maxTokens ?? defaultMaxTokens,
    ...(stop && { stopSequences: stop }),
    ...(reasoningEffort && { reasoning: reasoningEffort }),
    ...(format.type !== 'text' && { responseFormat: jsonFormat(format) }),
    abortSignal: signal,
  }
}

function jsonFormat(format: Exclude<ResponseFormat, { type: 'text' }>): SchemaFormat {
  if (format.type === 'json_object') return { type: 'json' }
  // The schema is the user's; whether it is one that the provider accepts, only the provider can say.
  return { type: 'json', schema: format.schema as NonNullable<SchemaFormat['schema']>, name: format.name }
}
