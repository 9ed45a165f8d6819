import { z } from 'zod'
import { calibrationJsonSchema } from '../../records/report/calibration.ts'
import { drillJsonSchema } from '../../records/report/drill-report.ts'
import { gatePlanJsonSchema } from '../../records/report/gate-plan.ts'
import { judgeAttackJsonSchema } from '../../records/report/judge-attack-report.ts'
import { judgeRubricJsonSchema } from '../../records/report/judge-rubric-report.ts'
import { matrixJsonSchema } from '../../records/report/matrix-report.ts'
import { reportJsonSchema } from '../../records/report/report.ts'
import { suitePickJsonSchema } from '../../records/report/suite-pick.ts'
import { suiteReviewJsonSchema } from '../../records/report/suite-review.ts'
import { unchangedJsonSchema } from '../../records/report/unchanged-report.ts'
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

/** The JSON Schema of each kind that is shipped: of what users write, and of reports. */
export const shippedSchemas: ReadonlyMap<string, () => Record<string, unknown>> = new Map([
  ...schemaKinds.map((kind) => [kind, () => jsonSchemaOf(kind)] as const),
  ['report', reportJsonSchema],
  ['matrix', matrixJsonSchema],
  ['drill', drillJsonSchema],
  ['judge-attack', judgeAttackJsonSchema],
  ['judge-rubric', judgeRubricJsonSchema],
  ['gate-plan', gatePlanJsonSchema],
  ['calibration', calibrationJsonSchema],
  ['suite-review', suiteReviewJsonSchema],
  ['suite-pick', suitePickJsonSchema],
  ['unchanged', unchangedJsonSchema],
])

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
