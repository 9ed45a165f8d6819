import { z } from 'zod'
import type { ContentFile, FileKind } from '../values/content-file.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { exactData, Written } from '../values/written.ts'

/** The content of a message. Several text parts are joined as lines of one text; any other part cannot be sent. */
const contentSchema = z
  .preprocess((content, context) => {
    if (!Array.isArray(content)) return content
    const texts = content.map((part: unknown, index) => {
      const parsed = textPartSchema.safeParse(part)
      if (parsed.success) return parsed.data.text
      context.addIssue({ code: 'custom', path: [index], message: partFault(part) })
      return ''
    })
    return texts.join('\n')
  }, z.string())
  .meta({
    type: ['string', 'array'],
    description: 'The text; {{name}} stands for a variable of the case. A list of text parts is joined, a line each.',
    examples: ['Summarise this e-mail:\n{{email}}'],
  })

const textPartSchema = z.strictObject({ type: z.enum(['text', 'input_text']), text: z.string() })

function partFault(part: unknown): string {
  const type = part !== null && typeof part === 'object' && 'type' in part ? String(part.type) : ''
  if (type === 'text' || type === 'input_text') return 'a part that is a text has "type" and "text", and nothing else'
  const [kind] = /image|audio|video|file|document|pdf/i.exec(type) ?? []
  return kind === undefined
    ? 'not a part of a message: write {type: text, text: "..."}'
    : `a part of type ${type} is not supported here: messages are text, see "Images and files" in docs/suites.md`
}

export const messageSchema = z
  .strictObject({
    role: z
      .enum(['system', 'user', 'assistant', 'developer'])
      .transform((role) => (role === 'developer' ? 'system' : role))
      .meta({
        description: 'Who speaks: system, user or assistant. developer is another name of system.',
        examples: ['user'],
      }),
    content: contentSchema,
  })
  .meta({
    description: 'One message of the conversation sent to the model.',
    examples: [{ role: 'user', content: 'Summarise this e-mail:\n{{email}}' }],
  })

export interface Message {
  role: 'system' | 'user' | 'assistant'
  /** Its text; for each file a placeholder with its name, size and hash. */
  content: string
  /** All parts in their order; absent where there is nothing but text. */
  parts?: readonly ContentPart[]
}

/** A part of a message: a text, or a file that is at hand, at an address, or in a variable of the case. */
export type ContentPart =
  | { type: 'text'; text: string }
  | { type: FileKind; file: ContentFile }
  | { type: FileKind; url: string }
  | { type: FileKind; variable: string }

/** Parameters that a request sets in another way, so that they may not be set as parameters of the provider's own. */
const reserved: Record<string, string> = {
  ...Object.fromEntries(['max_tokens', 'max_completion_tokens'].map((name) => [name, 'write it as maxTokens'])),
  ...Object.fromEntries(
    ['messages', 'input', 'contents', 'prompt', 'system', 'instructions', 'systemInstruction'].map((name) => [
      name,
      "what is asked comes from the prompt's messages",
    ]),
  ),
  model: "the model is the prompt's",
  n: 'one answer is asked for, and paid for, at a time',
  stream: 'answers are read whole',
  response_format: 'write it as responseFormat',
}
const credential = /^(?:api[-_]?key|key|authorization|(?:access[-_]?)?token|password|secret|headers)$/i

/**
 * Parameters that would break the budget, at any depth, e.g. in Google's `generationConfig`. Their names mean nothing
 * else.
 */
const unbudgeted: [name: RegExp, cure: string][] = [
  [/^max_?output_?tokens$/i, 'write it as maxTokens'],
  [/^candidate_?count$/i, 'one answer is asked for, and paid for, at a time'],
]

function unbudgetedIn(value: unknown): { path: PropertyKey[]; cure: string }[] {
  if (value === null || typeof value !== 'object' || value instanceof Written) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const [, cure] = unbudgeted.find(([name]) => name.test(key)) ?? []
    return cure === undefined
      ? unbudgetedIn(item).map(({ path, ...rest }) => ({ path: [key, ...path], ...rest }))
      : [{ path: [key], cure }]
  })
}

/**
 * Parameters of a provider's own, which go into the body of a request as they are. Numbers that JavaScript cannot hold
 * keep their digits.
 */
export const requestParametersSchema = z
  .record(z.string(), z.unknown())
  .superRefine((parameters, context) => {
    refuseNotJson(parameters, context)
    for (const { path, cure } of unbudgetedIn(parameters))
      context.addIssue({ code: 'custom', path, message: `cannot be set here: ${cure}` })
    for (const name of Object.keys(parameters)) {
      const reason = credential.test(name)
        ? 'credentials come from the environment'
        : Object.hasOwn(reserved, name)
          ? reserved[name]
          : undefined
      if (reason !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: `cannot be set here: ${reason}` })
    }
  })
  .transform((parameters) => exactData(parameters) as Record<string, unknown>)
  .meta({
    description:
      "Parameters of the provider's own, sent in the body of the request as they are (default: those of the provider in sluice.yaml).",
    examples: [{ top_k: 40, safe_prompt: true }],
  })

export type RequestParameters = z.output<typeof requestParametersSchema>

export const modelParametersSchema = z
  .strictObject({
    maxTokens: z
      .int()
      .min(1)
      .nullable()
      .exactOptional()
      .meta({ description: 'Longest answer, in tokens; null sends no limit (default 4096).', examples: [512] }),
    maxCompletionTokens: z
      .int()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'The same limit, sent as max_completion_tokens to a server that knows both names; in place of maxTokens.',
        examples: [512],
      }),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .nullable()
      .exactOptional()
      .meta({ description: "Randomness; null sends none, also for a judge (default: the provider's).", examples: [0] }),
    topP: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .meta({
        description:
          "Nucleus sampling: only the likeliest tokens that together have this probability (default: the provider's).",
        examples: [0.9],
      }),
    topK: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: "Sample from the k likeliest tokens only (default: the provider's).", examples: [40] }),
    seed: z
      .int()
      .exactOptional()
      .meta({ description: 'Seed of the sampling, where the provider supports it.', examples: [7] }),
    stop: z
      .array(z.string().min(1))
      .exactOptional()
      .meta({ description: 'Texts that end the answer where the model would write them.', examples: [['END']] }),
    frequencyPenalty: z
      .number()
      .min(-2)
      .max(2)
      .exactOptional()
      .meta({
        description:
          "More than 0: tokens become less likely the more often they were written (default: the provider's).",
        examples: [0.5],
      }),
    presencePenalty: z
      .number()
      .min(-2)
      .max(2)
      .exactOptional()
      .meta({
        description: "More than 0: tokens that were written once become less likely (default: the provider's).",
        examples: [0.5],
      }),
    reasoningEffort: z
      .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])
      .exactOptional()
      .meta({
        description: "How long a reasoning model thinks before it answers (default: the provider's).",
        examples: ['low'],
      }),
    parameters: requestParametersSchema.exactOptional(),
  })
  .superRefine(({ maxTokens, maxCompletionTokens }, context) => {
    if (maxTokens === undefined || maxCompletionTokens === undefined) return
    const message = 'maxTokens and maxCompletionTokens are the same limit; give one of them'
    context.addIssue({ code: 'custom', path: ['maxCompletionTokens'], message })
  })
  .meta({
    description: "Parameters of the request; what is left out stays at the provider's default.",
    examples: [{ maxTokens: 512, temperature: 0, parameters: { safe_prompt: true } }],
  })

/**
 * Sampling parameters under the names of GitHub's prompt files, and `parameters` of the provider's own. What is absent
 * stays at the provider's default, except for the limit of the answer; null sends none of that name.
 */
export type ModelParameters = z.output<typeof modelParametersSchema>

/** The form that the answer must have. */
export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown> }

/** A model id taken apart. */
export interface ModelId {
  provider: string
  model: string
}

/**
 * Splits `provider:model` or `provider/model` at the first separator, so that `local:llama3:8b` is the model
 * `llama3:8b` of `local`. Undefined when a half is missing.
 */
export function parseModelId(text: string): ModelId | undefined {
  const [, provider, model] = /^([^:/\s]+)[:/](\S+)$/.exec(text) ?? []
  return provider === undefined || model === undefined ? undefined : { provider, model }
}

/** The provider of a model id; a text that is none names a provider by itself. */
export function providerName(modelId: string): string {
  return parseModelId(modelId)?.provider ?? modelId
}

/** A model id in a file, in canonical form once parsed. */
export const modelIdSchema = z
  .string()
  .regex(/^[^:/\s]+[:/]\S+$/, 'names no provider; write provider:model, e.g. "openai:gpt-5.4-mini-2026-03-17"')
  .transform((text) => text.replace(/[:/]/, ':'))
