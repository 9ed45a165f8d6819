import { z } from 'zod'
import { type Caller, refuseOtherFeature } from '../access/caller.ts'
import type { Answer } from '../http/answer.ts'
import { repeatedHeader } from '../http/idempotency.ts'
import { defineRoute } from '../http/route.ts'
import type { Plane } from '../plane.ts'
import { appliedSchema, awaitApplied } from '../release/await-applied.ts'
import { type Changed, changeFeature } from '../release/change-feature.ts'
import { releasable, releaseEvidence } from '../release/releasable.ts'
import { featureView, featureViewOf } from '../views/feature-view.ts'
import { expectedRevision, ofFeature, reason, versionId } from '../wire/names.ts'

const waitMs = z
  .int()
  .min(0)
  .max(60_000)
  .default(0)
  .meta({ description: 'Answer when all live instances have acknowledged, or after this long.' })

const takenBack = z
  .string()
  .regex(/^([0-9a-f]{12}|r-[0-9a-f]{16})$/, 'must be the id of a version or of a rollout')
  .meta({
    description:
      'What is taken back, a served version or a running rollout: 409 where it is gone already. Without from and to a rollback right after another, or after an abort, is 409.',
  })

const released = z.object({
  feature: featureView,
  revision: z.int().meta({ description: 'That instances report once they have the change.' }),
  applied: appliedSchema
    .nullable()
    .meta({ description: 'Null without waitMs, and where the store did not tell: the change stands.' }),
})

export const setActive = defineRoute({
  method: 'PUT',
  path: '/v1/features/{feature}/active',
  summary: 'Give a version to everybody',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({
    version: versionId,
    reason,
    override: z.strictObject({ reason }).exactOptional(),
    expectedRevision,
    waitMs,
  }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, plane) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const version = await releasable(plane, params.feature, body.version, body.override)
    const changed = await changeFeature(plane, request, params.feature, {
      event: { type: 'activate', version: body.version, reason: body.reason },
      status: 200,
      evidence: releaseEvidence(version, body.override),
      seen: body.expectedRevision,
    })
    return releasedAnswer(plane, changed, { waitMs: body.waitMs, caller: request.caller })
  },
})

export const rollBack = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/rollback',
  summary: 'Back to a known good version at once; ends a running rollout',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({
    from: takenBack.exactOptional(),
    to: versionId.exactOptional(),
    reason,
    expectedRevision,
    waitMs,
  }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, plane) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const { from, to, reason } = body
    const what = from?.startsWith('r-') ? { rolloutId: from } : from !== undefined && { from }
    const changed = await changeFeature(plane, request, params.feature, {
      event: { type: 'rollBack', ...what, ...(to !== undefined && { to }), reason },
      status: 200,
      evidence: { manual: true },
      seen: body.expectedRevision,
    })
    return releasedAnswer(plane, changed, { waitMs: body.waitMs, caller: request.caller })
  },
})

async function releasedAnswer(
  plane: Plane,
  { feature, repeated }: Changed,
  { waitMs, caller }: { waitMs: number; caller: Caller },
): Promise<Answer> {
  const { revision } = feature
  const applied = await awaitApplied(plane, feature, waitMs)
  const body = { feature: await featureViewOf(plane, feature, caller), revision, applied }
  return { status: 200, body, ...(repeated && { headers: repeatedHeader }) }
}
