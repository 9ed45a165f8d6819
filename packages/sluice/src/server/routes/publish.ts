import { z } from 'zod'
import { newFeature } from '../../release/feature-state.ts'
import type { GateEvidence, VersionRecord } from '../../release/version-record.ts'
import type { Change } from '../../store/release-store.ts'
import { modelIdSchema } from '../../suite/model.ts'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../suite/rollout-settings.ts'
import { rubricSchema } from '../../suite/rubric.ts'
import { versionId } from '../../suite/version.ts'
import { type Caller, refuseOtherFeature } from '../access/caller.ts'
import { Problem } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'
import type { Plane } from '../plane.ts'
import { versionView, versionViewOf } from '../views/feature-view.ts'
import { gateEvidence, gateReport } from '../wire/gate-report.ts'
import { ofFeature } from '../wire/names.ts'
import { promptVersion } from '../wire/prompt-version.ts'

const publication = z.strictObject({
  content: promptVersion,
  rubric: rubricSchema.default([]),
  judge: z
    .strictObject({ model: modelIdSchema, parameters: z.record(z.string(), z.unknown()).default({}) })
    .nullable()
    .default(null),
  rollout: rolloutSettingsSchema.prefault({}),
  live: liveSettingsSchema.prefault({}),
  report: gateReport.nullable().default(null).meta({ description: 'The report.json of the gate, whole or cut.' }),
  source: z.string().max(500).nullable().default(null).meta({ description: 'Where it comes from, e.g. a commit.' }),
})

type Publication = z.output<typeof publication>

export const publish = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/versions',
  summary: 'Publish a version with the report of its gate; the same content again is known already',
  scopes: ['ci'],
  params: ofFeature,
  body: publication,
  answers: {
    200: { description: 'Known already; a report that came with it replaces the one before.', schema: versionView },
    201: { description: 'New.', schema: versionView },
  },
  async handle({ params: { feature }, body, caller }, plane) {
    refuseOtherFeature(caller, feature)
    refuseWrongId(body)
    const report = body.report && gateEvidence(body.report, feature, body.content.id)
    const { record, isNew } = await store(plane, feature, body, report, caller)
    return { status: isNew ? 201 : 200, body: versionViewOf(record) }
  },
})

function refuseWrongId({ content }: Publication): void {
  const id = versionId(content)
  if (id === content.id) return
  const detail = `The id ${content.id} is not that of the content, which is ${id}.`
  const errors = [{ path: '/content/id', message: `expected ${id}` }]
  throw new Problem({ status: 400, code: 'wrong-version-id', detail, errors })
}

/** What is there stays; only a report, and what goes with the version, may be new. */
async function store(
  plane: Plane,
  feature: string,
  { report: _, ...body }: Publication,
  report: GateEvidence | null,
  caller: Caller,
): Promise<{ record: VersionRecord; isNew: boolean }> {
  for (;;) {
    const known = await plane.store.version(feature, body.content.id)
    if (known && (report === null || report.runId === known.report?.runId)) return { record: known, isNew: false }
    const at = plane.clock.now()
    const record: VersionRecord = known
      ? { ...known, report }
      : { feature, id: body.content.id, ...body, report, publishedAt: at, publishedBy: caller.name }
    const isFirst = (await plane.store.feature(feature)) === undefined
    const result = await plane.store.commit({
      ...(isFirst && { feature: newFeature(feature) }),
      version: record,
      audit: auditOf(record, known, { at, caller }),
    })
    if (result.outcome === 'committed') return { record, isNew: known === undefined }
  }
}

function auditOf(
  record: VersionRecord,
  known: VersionRecord | undefined,
  { at, caller }: { at: number; caller: Caller },
): Change['audit'] {
  const { feature, id, content, source, report } = record
  return {
    chain: feature,
    at,
    actor: caller.name,
    tokenId: caller.tokenId,
    action: known ? 'version.report' : 'version.publish',
    reason: null,
    before: known ? { id, report: known.report?.runId ?? null } : null,
    after: { id, label: content.label ?? null, model: content.model, source, report: report?.runId ?? null },
    evidence: report,
  }
}
