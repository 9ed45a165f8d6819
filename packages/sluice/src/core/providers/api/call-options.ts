import type { ModelParameters, ResponseFormat } from '../../suite/models/model.ts'
import type { ModelRequest } from '../provider.ts'
import type { LanguageModel } from './connection.ts'

type CallOptions = Parameters<LanguageModel['doGenerate']>[0]
type SchemaFormat = Extract<CallOptions['responseFormat'], { type: 'json' }>

/**
 * The longest answer, in tokens, when a prompt sets no `maxTokens`. Left open, some providers allow 128,000: a model
 * that does not stop would cost dollars a case.
 */
const defaultMaxTokens = 4096

/** What a budget sets aside for an answer without a limit: what the models with the longest answers may give. */
const unlimitedTokens = 128_000

/** The limit that is sent, in tokens; undefined sends none. */
export function tokenLimit({ maxTokens, maxCompletionTokens }: ModelParameters): number | undefined {
  if (maxTokens === null) return undefined
  return maxTokens ?? maxCompletionTokens ?? defaultMaxTokens
}

/** How many tokens an answer may have at most, for a bound on its price. */
export function longestAnswer(parameters: ModelParameters): number {
  return tokenLimit(parameters) ?? unlimitedTokens
}

/** A request in the words of the AI SDK's language model specification. */
export function callOptions({ messages, parameters, format }: ModelRequest, signal: AbortSignal): CallOptions {
  const { maxTokens: _, maxCompletionTokens: __, parameters: ___, ...sampling } = parameters
  const { stop, reasoningEffort, temperature, ...shared } = sampling
  const limit = tokenLimit(parameters)
  return {
    prompt: messages.map(({ role, content }) =>
      role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] },
    ),
    ...shared,
    ...(typeof temperature === 'number' && { temperature }),
    ...(limit !== undefined && { maxOutputTokens: limit }),
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
