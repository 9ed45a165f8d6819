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

/** One immutable prompt version, as the client's protocol has it. */
export const promptVersionSchema = z.object({
  /** 12 hex: the first of the SHA-256 of messages, model, parameters, format and, where there are any, inputs. */
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
})
