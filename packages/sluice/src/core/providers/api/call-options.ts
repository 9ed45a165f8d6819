import type { ModelParameters, ResponseFormat } from '../../suite/models/model.ts'
import type { ApiKind } from '../api-key.ts'
import type { ModelRequest } from '../provider.ts'
import type { LanguageModel } from './connection.ts'
import { sentMessages, sentTools } from './tool-messages.ts'

type CallOptions = Parameters<LanguageModel['doGenerate']>[0]
type SchemaFormat = Extract<CallOptions['responseFormat'], { type: 'json' }>

/**
 * The longest answer, in tokens, if a prompt sets no `maxTokens`. Some providers would allow 128,000, and a model that
 * does not stop would cost dollars a case.
 */
const defaultMaxTokens = 4096

/** For an answer without a limit a budget reserves this many tokens: the longest answer of any model. */
const unlimitedTokens = 128_000

/** The limit that is sent, in tokens; undefined sends none. */
export function tokenLimit({ maxTokens, maxCompletionTokens }: ModelParameters): number | undefined {
  if (maxTokens === null) return undefined
  return maxTokens ?? maxCompletionTokens ?? defaultMaxTokens
}

/** The most tokens that an answer may have, as a bound of its price. */
export function longestAnswer(parameters: ModelParameters): number {
  return tokenLimit(parameters) ?? unlimitedTokens
}

/** A request as the AI SDK's language model specification defines it, with the bytes of its files. */
export async function callOptions(request: ModelRequest, kind: ApiKind, signal: AbortSignal): Promise<CallOptions> {
  const { messages, parameters, format } = request
  const { maxTokens: _, maxCompletionTokens: __, parameters: ___, ...sampling } = parameters
  const { stop, reasoningEffort, temperature, ...shared } = sampling
  const limit = tokenLimit(parameters)
  return {
    prompt: await sentMessages(messages),
    ...sentTools(request, kind),
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
  // The user's schema is sent unchecked: only the provider knows whether it accepts it.
  return { type: 'json', schema: format.schema as NonNullable<SchemaFormat['schema']>, name: format.name }
}
