import { z } from 'zod'
import { messageSchema, modelIdSchema, modelParametersSchema } from '../../suite/model.ts'
import { versionId } from './names.ts'

const schemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  name: z.string().min(1).max(64),
  schema: z.record(z.string(), z.unknown()),
})

/** The content of a version, as the client's protocol has it. */
export const promptVersion = z.strictObject({
  id: versionId,
  label: z.string().min(1).max(200).exactOptional(),
  model: modelIdSchema,
  parameters: modelParametersSchema,
  messages: z.array(messageSchema).min(1),
  format: z.discriminatedUnion('type', [z.strictObject({ type: z.enum(['text', 'json_object']) }), schemaFormat]),
  strict: z.boolean(),
})
