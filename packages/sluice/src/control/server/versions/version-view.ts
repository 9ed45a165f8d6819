import { z } from 'zod'
import { messageSchema, modelIdSchema, modelParametersSchema } from '../../../core/suite/model.ts'
import { versionIdField } from '../../../records/names.ts'
import { verdictSchema } from '../../../records/verdict.ts'
import type { VersionRecord } from '../../release/version-record.ts'

const schemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  name: z.string().min(1).max(64),
  schema: z.record(z.string(), z.unknown()),
})

/** The content of a version, as the client's protocol has it. */
export const promptVersion = z.strictObject({
  id: versionIdField,
  label: z.string().min(1).max(200).exactOptional(),
  model: modelIdSchema,
  parameters: modelParametersSchema,
  messages: z.array(messageSchema).min(1),
  format: z.discriminatedUnion('type', [z.strictObject({ type: z.enum(['text', 'json_object']) }), schemaFormat]),
  strict: z.boolean(),
})

const time = z.number().meta({ description: 'ms since the epoch' })

/** A version as it is answered, without its content. */
export const versionView = z.object({
  id: z.string(),
  label: z.string().nullable(),
  model: z.string(),
  publishedAt: time,
  publishedBy: z.string(),
  source: z.string().nullable(),
  settings: z.int().meta({ description: 'How often the settings of the version were published, 1-based.' }),
  report: z
    .object({
      verdict: verdictSchema,
      strength: z.enum(['strong', 'weak']).nullable(),
      exitCode: z.int(),
      runId: z.string(),
      startedAt: z.string(),
    })
    .nullable(),
})

type VersionView = z.infer<typeof versionView>

export function versionViewOf({ id, content, report, ...record }: VersionRecord): VersionView {
  const { publishedAt, publishedBy, source, settings = 1 } = record
  const gate = report && {
    verdict: report.verdict,
    strength: report.strength,
    exitCode: report.exitCode,
    runId: report.runId,
    startedAt: report.startedAt,
  }
  return {
    id,
    label: content.label ?? null,
    model: content.model,
    publishedAt,
    publishedBy,
    source,
    settings,
    report: gate,
  }
}
