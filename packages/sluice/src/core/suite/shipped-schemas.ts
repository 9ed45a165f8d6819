import { z } from 'zod'
import { caseSchema } from './cases/case.ts'
import { configSchema } from './config/config.ts'
import { promptSchema } from './prompt/prompt-file.ts'
import { recordingSchema } from './recordings.ts'
import { scoreSchema } from './scores-file.ts'

const suiteSchema = z
  .union([z.array(caseSchema).min(1), caseSchema])
  .meta({ title: 'Sluice suite', description: 'A list of golden cases (YAML), or one case (a line of JSON Lines).' })

const schemas = {
  prompt: promptSchema,
  suite: suiteSchema,
  config: configSchema,
  recording: recordingSchema,
  scores: scoreSchema,
}

export type SchemaKind = keyof typeof schemas

export const schemaKinds = Object.keys(schemas) as SchemaKind[]

/** The JSON Schema (draft 2020-12) of one kind of file as users write it. */
export function jsonSchemaOf(kind: SchemaKind): Record<string, unknown> {
  return { ...z.toJSONSchema(schemas[kind], { io: 'input', override: withExamples }) }
}

/** Zod leaves out the examples of a schema that transforms, as if they showed the result. Ours show what is written. */
function withExamples({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}) {
  const examples = z.globalRegistry.get(zodSchema)?.examples
  if (Array.isArray(examples)) jsonSchema.examples = examples
}
