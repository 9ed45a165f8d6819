import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import type { PromptFormat, PromptMessage } from '../protocol.ts'
import type { RoutedPrompt } from '../route.ts'

/** The parameters of a version, and their names in the AI SDK. */
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
 * The call with the version's parameters. Rendering happens in the returned function, so that a missing variable is an
 * error of the call itself.
 */
export function withVersion(
  params: LanguageModelV4CallOptions,
  prompt: RoutedPrompt | null,
  vars: unknown,
): () => LanguageModelV4CallOptions {
  if (!prompt) return () => params
  const parameters = Object.entries(prompt.parameters).flatMap(([name, value]) => {
    const theirs = Object.hasOwn(names, name) ? names[name] : undefined
    // A parameter that is null in the version is left out for the SDK.
    return theirs === undefined ? [] : [[theirs, value ?? undefined]]
  })
  const format = responseFormat(prompt.format)
  const merged = {
    ...params,
    ...Object.fromEntries(parameters),
    ...(format && { responseFormat: format }),
    ...toolsOf(params, prompt),
  }
  if (vars === null || typeof vars !== 'object') return () => merged
  const steps = stepsIn(params.prompt)
  return () => ({ ...merged, prompt: [...prompt.render(vars as Record<string, unknown>).map(messageOf), ...steps] })
}

/**
 * The tools of the version in place of the functions of the call; the application still runs them. Its choice of a tool
 * holds until the first results are there.
 */
function toolsOf(
  { tools: own = [], prompt }: LanguageModelV4CallOptions,
  { tools, toolChoice }: RoutedPrompt,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> {
  if (!tools) return {}
  const choice = stepsIn(prompt).length === 0 ? toolChoice : undefined
  const functions = tools.map(({ parameters: inputSchema, ...tool }) => ({
    type: 'function' as const,
    ...tool,
    inputSchema,
  }))
  return {
    tools: [...own.filter(({ type }) => type !== 'function'), ...functions],
    ...(choice !== undefined && {
      toolChoice: typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name },
    }),
  }
}

/** What was called since the last message of the user, with its results. */
function stepsIn(messages: LanguageModelV4Message[]): LanguageModelV4Message[] {
  const since = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)
  return since.some(({ role }) => role === 'tool') ? since.filter(({ role }) => role !== 'system') : []
}

function messageOf({ role, content }: PromptMessage): LanguageModelV4Message {
  return role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] }
}

/** Undefined for text, the SDK's default, so that the call may still set a format. */
function responseFormat(format: PromptFormat): LanguageModelV4CallOptions['responseFormat'] {
  if (format.type === 'json_object') return { type: 'json' }
  if (format.type === 'json_schema') return { type: 'json', name: format.name, schema: format.schema }
  return undefined
}
