import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import type { PromptFormat, PromptMessage } from './protocol.ts'
import type { RoutedPrompt } from './route.ts'

/** Names of a version's parameters, and what the AI SDK calls them. */
const names: Record<string, keyof LanguageModelV4CallOptions> = {
  maxTokens: 'maxOutputTokens',
  maxCompletionTokens: 'maxOutputTokens',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  stop: 'stopSequences',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  reasoningEffort: 'reasoning',
}

/**
 * The call as the version wants it. Rendering happens in the returned function, so that a variable that is missing is the call's
 * own error.
 */
export function withVersion(
  params: LanguageModelV4CallOptions,
  prompt: RoutedPrompt | null,
  vars: unknown,
): () => LanguageModelV4CallOptions {
  if (!prompt) return () => params
  const parameters = Object.entries(prompt.parameters).flatMap(([name, value]) => {
    const theirs = Object.hasOwn(names, name) ? names[name] : undefined
    // Null is the version's way to say "none", which the SDK says by leaving it out.
    return theirs === undefined ? [] : [[theirs, value ?? undefined]]
  })
  const format = responseFormat(prompt.format)
  const merged = { ...params, ...Object.fromEntries(parameters), ...(format && { responseFormat: format }) }
  if (vars === null || typeof vars !== 'object') return () => merged
  return () => ({ ...merged, prompt: prompt.render(vars as Record<string, unknown>).map(messageOf) })
}

function messageOf({ role, content }: PromptMessage): LanguageModelV4Message {
  return role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] }
}

/** Text is the default, and the call may ask for more. */
function responseFormat(format: PromptFormat): LanguageModelV4CallOptions['responseFormat'] {
  if (format.type === 'json_object') return { type: 'json' }
  if (format.type === 'json_schema') return { type: 'json', name: format.name, schema: format.schema }
  return undefined
}
