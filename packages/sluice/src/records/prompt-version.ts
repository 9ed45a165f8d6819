import { z } from 'zod'

const schemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  name: z.string().min(1).max(64),
  schema: z.record(z.string(), z.unknown()),
})

/** The form of the answer that the model is held to. */
export const promptFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['text', 'json_object']) }),
  schemaFormat,
])

const inputType = z.enum(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'])

/** What a version says about a variable. */
export const promptInputSchema = z.strictObject({
  type: z
    .union([inputType, z.array(inputType).min(1)], {
      error: `expected one of ${inputType.options.join(', ')}, or a list of these`,
    })
    .exactOptional(),
  enum: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .min(1)
    .exactOptional(),
  required: z.boolean(),
})

/** A tool that the model may call. */
export const promptToolSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected at most 64 letters, digits, "_" and "-"'),
  description: z.string().exactOptional(),
  /** JSON Schema of the arguments, an object. */
  parameters: z.record(z.string(), z.unknown()),
})

/** What the first message of the model must do about tools; after it the model chooses. */
export const promptToolChoiceSchema = z.union([
  z.enum(['auto', 'required', 'none']),
  z.strictObject({ name: z.string() }),
])

/** How many messages a model may write until it answers without a call. */
export const maxStepsSchema = z.int().min(1).max(1000)

/** One immutable prompt version, as the client's protocol has it. */
export const promptVersionSchema = z.object({
  /**
   * 12 hex: the first of the SHA-256 of messages, model, parameters, format and, where there are any, inputs and tools.
   */
  id: z.string(),
  label: z.string().exactOptional(),
  /** `provider:model` */
  model: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  format: promptFormatSchema,
  /** `{{ x }}` may hold spaces and an unknown variable is an error. */
  strict: z.boolean(),
  inputs: z.record(z.string(), promptInputSchema).exactOptional(),
  tools: z.array(promptToolSchema).exactOptional(),
  toolChoice: promptToolChoiceSchema.exactOptional(),
  maxSteps: maxStepsSchema.exactOptional(),
})
