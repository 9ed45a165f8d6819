import { z } from 'zod'
import { messageSchema, modelIdSchema, modelParametersSchema } from '../../../core/suite/models/model.ts'
import { versionIdField } from '../../../records/names.ts'
import { promptVersionSchema } from '../../../records/prompt-version.ts'
import { gateEvidenceSchema, type VersionRecord, versionSchema } from '../../../records/version.ts'

/** The content of a version, as strict as a prompt file. */
export const promptVersion = promptVersionSchema
  .extend({
    id: versionIdField,
    label: z.string().min(1).max(200).exactOptional(),
    model: modelIdSchema,
    parameters: modelParametersSchema,
    messages: z.array(messageSchema).min(1),
  })
  .strict()

/** A version as the API returns it, without its content. */
export const versionView = versionSchema.pick({ id: true, publishedAt: true, publishedBy: true, source: true }).extend({
  label: z.string().nullable(),
  model: z.string(),
  settings: z.int().meta({ description: 'How often the settings of the version were published, 1-based.' }),
  report: gateEvidenceSchema
    .pick({ verdict: true, strength: true, exitCode: true, runId: true, startedAt: true })
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
