import { z } from 'zod'
import { refuseOtherFeature } from '../access/caller.ts'
import type { Answer } from '../http/answer.ts'
import { repeatedHeader } from '../http/idempotency.ts'
import { defineRoute } from '../http/route.ts'
import type { Plane } from '../plane.ts'
import { appliedSchema, awaitApplied } from '../release/await-applied.ts'
import { type Changed, changeFeature } from '../release/change-feature.ts'
import { releasable, releaseEvidence } from '../release/releasable.ts'
import { featureView, featureViewOf } from '../views/feature-view.ts'
import { ofFeature, reason, versionId } from '../wire/names.ts'

const waitMs = z
  .int()
  .min(0)
  .max(60_000)
  .default(0)
  .meta({ description: 'Answer when all live instances have acknowledged, or after this long.' })

const released = z.object({
  feature: featureView,
  revision: z.int().meta({ description: 'That instances report once they have the change.' }),
  applied: appliedSchema.nullable().meta({ description: 'Null without waitMs.' }),
})

export const setActive = defineRoute({
  method: 'PUT',
  path: '/v1/features/{feature}/active',
  summary: 'Give a version to everybody',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({ version: versionId, reason, override: z.strictObject({ reason }).exactOptional(), waitMs }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, plane) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const version = await releasable(plane, params.feature, body.version, body.override)
    const changed = await changeFeature(plane, request, params.feature, {
      event: { type: 'activate', version: body.version, reason: body.reason },
      status: 200,
      evidence: releaseEvidence(version, body.override),
    })
    return releasedAnswer(plane, changed, body.waitMs)
  },
})

export const rollBack = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/rollback',
  summary: 'Back to a known good version at once; ends a running rollout',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({ to: versionId.exactOptional(), reason, waitMs }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, plane) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const { to, reason } = body
    const changed = await changeFeature(plane, request, params.feature, {
      event: { type: 'rollBack', ...(to !== undefined && { to }), reason },
      status: 200,
    })
    return releasedAnswer(plane, changed, body.waitMs)
  },
})

async function releasedAnswer(plane: Plane, { feature, repeated }: Changed, waitMs: number): Promise<Answer> {
  const { revision } = feature
  const applied = await awaitApplied(plane, feature, waitMs)
  const body = { feature: await featureViewOf(plane, feature), revision, applied }
  return { status: 200, body, ...(repeated && { headers: repeatedHeader }) }
}
