import { z } from 'zod'
import { appliedSchema } from '../../../records/applied.ts'
import { versionIdField } from '../../../records/names.ts'
import { type Caller, refuseOtherFeature } from '../access/caller.ts'
import { type Changed, changeFeature } from '../change-feature.ts'
import type { HttpAnswer } from '../http/answer.ts'
import { awaitApplied } from '../instances/await-applied.ts'
import type { PlannedRelease } from '../needed-approval.ts'
import { breakGlass, expectedRevision, ofFeature, reason } from '../route/fields.ts'
import { repeatedHeader } from '../route/idempotency.ts'
import { type Checked, defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { releasable, releaseEvidence } from '../versions/releasable.ts'
import { featureView, featureViewOf } from './features.ts'

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
      'What to take back: a served version or a running rollout; 409 if it is gone already. Without from and to, a rollback right after another one, or after an abort, is 409.',
  })

const released = z.object({
  feature: featureView,
  revision: z.int().meta({ description: 'The revision that instances report once they have the change.' }),
  applied: appliedSchema.nullable().meta({
    description: 'Null without waitMs, or if the instances could not be read. The change is made in any case.',
  }),
})

export const setActive = defineRoute({
  method: 'PUT',
  path: '/v1/features/{feature}/active',
  summary: 'Give a version to everybody',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({
    version: versionIdField,
    reason,
    override: z.strictObject({ reason }).exactOptional(),
    breakGlass,
    expectedRevision,
    waitMs,
  }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, services) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const { expectedRevision: seen, waitMs: _, ...asked } = body
    const changed = await applyActivation(services, request, params.feature, { ...asked, seen })
    return releasedAnswer(services, changed, { waitMs: body.waitMs, caller: request.caller })
  },
})

export const rollBack = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/rollback',
  summary: 'Go back to a known good version at once; ends a running rollout',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({
    from: takenBack.exactOptional(),
    to: versionIdField.exactOptional(),
    reason,
    expectedRevision,
    waitMs,
  }),
  answers: { 200: { description: 'Recorded, and sent to all clients.', schema: released } },
  async handle(request, services) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const { expectedRevision: seen, waitMs: _, ...asked } = body
    const changed = await applyRollback(services, request, params.feature, { ...asked, seen })
    return releasedAnswer(services, changed, { waitMs: body.waitMs, caller: request.caller })
  },
})

/** A write, by the parts that make it the same one when it is sent again. */
type Write = Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>

interface Decision {
  reason: string
  /** The feature's revision on which it is based. */
  seen: number | undefined
}

interface ActivationRequest extends Decision {
  version: string
  /** Why it may go without a passing report. */
  override?: { reason: string }
}

/**
 * Gives a version to everybody that has passed its gate, or that somebody answers for.
 * @throws Problem 404 without such a version, 409 where it has not passed or needs approval; ReleaseConflict as the
 * state has it
 */
export async function applyActivation(
  services: Services,
  write: Write,
  feature: string,
  { breakGlass, ...request }: ActivationRequest & { breakGlass?: { reason: string } },
): Promise<Changed> {
  const planned = await planActivation(services, feature, request)
  const { event, evidence, seen } = planned
  return changeFeature(services, write, feature, {
    event,
    status: 200,
    evidence,
    seen,
    release: async () => planned,
    breakGlass,
  })
}

/** @throws Problem 404 without such a version, 409 where it has not passed */
export async function planActivation(
  services: Services,
  feature: string,
  { version: id, override, reason, seen }: ActivationRequest,
): Promise<PlannedRelease> {
  const version = await releasable(services, feature, id, override)
  return {
    event: { type: 'activate', version: id, reason },
    release: { act: 'activate', version: id, override: override?.reason ?? null },
    version,
    evidence: releaseEvidence(version, override),
    seen,
  }
}

/**
 * Takes back `from`, a rollout or a version, and goes to `to`; without them, what `transition` says.
 * @throws ReleaseConflict where the state does not allow it, or has changed since `seen`
 */
export function applyRollback(
  services: Services,
  write: Write,
  feature: string,
  { from, to, reason, seen }: Decision & { from?: string; to?: string },
): Promise<Changed> {
  const what = from?.startsWith('r-') ? { rolloutId: from } : from !== undefined && { from }
  return changeFeature(services, write, feature, {
    event: { type: 'rollBack', ...what, ...(to !== undefined && { to }), reason },
    status: 200,
    evidence: { manual: true },
    seen,
  })
}

async function releasedAnswer(
  services: Services,
  { feature, repeated }: Changed,
  { waitMs, caller }: { waitMs: number; caller: Caller },
): Promise<HttpAnswer> {
  const { revision } = feature
  const applied = await awaitApplied(services, feature, waitMs)
  const body = { feature: await featureViewOf(services, feature, caller), revision, applied }
  return { status: 200, body, ...(repeated && { headers: repeatedHeader }) }
}
