import { jsonIn } from '../../../json.ts'
import type { ApiKind } from '../api-key.ts'
import type { ModelRequest, RequestMessage, ToolMessage } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'
import type { StepPart } from '../step-part.ts'
import type { LanguageModel } from './connection.ts'
import { sentParts } from './sent-parts.ts'

type CallOptions = Parameters<LanguageModel['doGenerate']>[0]
type Result = Awaited<ReturnType<LanguageModel['doGenerate']>>
type SentMessage = CallOptions['prompt'][number]
type SentPart = Extract<SentMessage, { role: 'assistant' }>['content'][number]
type FunctionTool = Extract<NonNullable<CallOptions['tools']>[number], { type: 'function' }>
type ContentPart = Result['content'][number]

/** The tools of a request, as the AI SDK takes them. */
export function sentTools(
  { tools, toolChoice }: ModelRequest,
  kind: ApiKind,
): Pick<CallOptions, 'tools' | 'toolChoice' | 'providerOptions'> {
  if (tools === undefined) return {}
  return {
    tools: tools.map(({ parameters, ...tool }) => ({
      type: 'function',
      ...tool,
      // As with the schema of an answer: only the provider knows whether it accepts it.
      inputSchema: parameters as FunctionTool['inputSchema'],
    })),
    ...(toolChoice !== undefined && {
      toolChoice: typeof toolChoice === 'string' ? { type: toolChoice } : { type: 'tool', toolName: toolChoice.name },
    }),
    // Each step must be whole in the request: what OpenAI would keep for us is gone when a stored answer is used later.
    ...(kind === 'openai' && { providerOptions: { openai: { store: false } } }),
  }
}

/** The messages of a request, as the AI SDK takes them. The results of the calls of one message are one message. */
export async function sentMessages(messages: readonly RequestMessage[]): Promise<SentMessage[]> {
  const sent: SentMessage[] = []
  for (const message of messages) {
    const last = sent.at(-1)
    if ('step' in message) sent.push({ role: 'assistant', content: message.step.map(sentPart) })
    else if ('callId' in message && last?.role === 'tool') last.content.push(sentResult(message))
    else if ('callId' in message) sent.push({ role: 'tool', content: [sentResult(message)] })
    else if (message.role === 'system') sent.push({ role: message.role, content: message.content })
    else sent.push({ role: message.role, content: await sentParts(message) })
  }
  return sent
}

function sentPart(part: StepPart): SentPart {
  const attached = part.attached && { providerOptions: part.attached as NonNullable<SentPart['providerOptions']> }
  if (part.type === 'text') return { type: 'text', text: part.text, ...attached }
  if (part.type === 'thought') return { type: 'reasoning', text: part.text, ...attached }
  return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: inputOf(part.input), ...attached }
}

/** The arguments as a value; what is no JSON is sent back as the text that the model wrote. */
function inputOf(text: string): unknown {
  const value = jsonIn(text)
  if (value !== undefined) return value
  return text.trim() === '' ? {} : text
}

function sentResult({ callId, tool, content, isError }: ToolMessage) {
  const output = { type: isError ? ('error-text' as const) : ('text' as const), value: content }
  return { type: 'tool-result' as const, toolCallId: callId, toolName: tool, output }
}

/**
 * The parts of a message that calls tools of the request; undefined for any other answer.
 * @throws ProviderError `bad-request` if it has thoughts that the provider wants back and that cannot be sent back
 */
export function stepOf(
  { content }: Result,
  { tools }: ModelRequest,
  { source, kind }: { source: string; kind: ApiKind },
): StepPart[] | undefined {
  if (tools === undefined) return undefined
  const step = content.flatMap(partOf)
  if (!step.some(({ type }) => type === 'call')) return undefined
  for (const part of step) {
    const lacking = part.type === 'thought' ? lackingIn(part, kind) : undefined
    if (lacking !== undefined)
      throw new ProviderError('bad-request', `${source}: the thoughts before a call of a tool ${lacking}`)
  }
  return step
}

function partOf(part: ContentPart): StepPart[] {
  const attached =
    'providerMetadata' in part && part.providerMetadata !== undefined
      ? { attached: part.providerMetadata as NonNullable<StepPart['attached']> }
      : {}
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text, ...attached }]
  if (part.type === 'reasoning') return [{ type: 'thought', text: part.text, ...attached }]
  if (part.type !== 'tool-call' || part.providerExecuted) return []
  return [{ type: 'call', id: part.toolCallId, name: part.toolName, input: part.input, ...attached }]
}

/** What a thought lacks without which its provider refuses the next request, or answers it without its thoughts. */
function lackingIn({ attached = {} }: StepPart, kind: ApiKind): string | undefined {
  if (kind === 'anthropic') {
    const { signature, redactedData } = attached.anthropic ?? {}
    if (signature || redactedData) return undefined
    return 'have no signature, so that they cannot be sent back with the result: set reasoningEffort: none'
  }
  if (kind === 'openai') {
    if (Object.values(attached).some(({ reasoningEncryptedContent }) => reasoningEncryptedContent != null))
      return undefined
    return 'came without encrypted_content, so that they cannot be sent back with the result: set parameters: {include: ["reasoning.encrypted_content"]}, or reach the server as kind: openai-compatible'
  }
  return undefined
}
