import { z } from 'zod'
import { canonicalJson } from '../../../core/suite/values/canonical-json.ts'
import { rolloutIdField, versionIdField } from '../../../records/names.ts'
import type { Proposal } from '../../../records/proposal.ts'
import { rolloutStartSchema } from '../../../records/rollout/rollout-start.ts'
import { approvalRow, releaseBasis } from '../../approval/approval-row.ts'
import { ruleFor } from '../../approval/approval-rule.ts'
import { whyLapsed } from '../../approval/lapse.ts'
import { newFeature } from '../../release/feature-state.ts'
import { transition } from '../../release/transition.ts'
import { refuseUnseen } from '../../store/apply-event.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { planActivation } from '../features/activate.ts'
import { Problem } from '../http/problem.ts'
import { newProposal, type PlannedRelease, personOf, ruleDocument } from '../needed-approval.ts'
import { refuseOutOfOrder } from '../out-of-order.ts'
import { planStart, planWidening } from '../rollouts/change-rollout.ts'
import { findRollout } from '../rollouts/find-rollout.ts'
import { expectedRevision, reason } from '../route/fields.ts'
import { answered, refuseOtherRequest, repetitionOf, toRemember } from '../route/idempotency.ts'
import type { Services } from '../services.ts'
import { type ChangedProposal, findProposal, type Write } from './find-proposal.ts'

/** What is proposed, with the same fields as the request that would do it. */
export const proposed = z.discriminatedUnion('act', [
  z.strictObject({
    act: z.literal('activate'),
    version: versionIdField,
    reason,
    override: z.strictObject({ reason }).exactOptional(),
    expectedRevision,
  }),
  z.strictObject({ act: z.literal('start'), ...rolloutStartSchema.shape, expectedRevision }),
  z.strictObject({ act: z.enum(['advance', 'promote']), rollout: rolloutIdField, reason, expectedRevision }),
])

/** Each token may have so many proposals of a feature that wait. */
const mostOfToken = 10

/**
 * Keeps a release that waits for approval. What is proposed already, and still holds, is not proposed twice.
 * @throws Problem 409 where no approval is needed or the release would be refused in any case; ReleaseConflict likewise
 */
export async function proposeRelease(
  services: Services,
  write: Write,
  feature: string,
  wanted: z.output<typeof proposed>,
): Promise<ChangedProposal> {
  const { store, clock, environments } = services
  const { caller } = write
  const rule = ruleFor(services, feature)
  if (!rule) throw nothingNeeded(feature)
  const repetition = repetitionOf(write)
  const first = await answered(store, repetition)
  if (first) return { proposal: await findProposal(services, idOf(first.body), caller), repeated: true }
  const planned = await planOf(services, write, feature, wanted)
  const state = (await store.feature(feature)) ?? newFeature(feature)
  if (planned.seen !== undefined) await refuseUnseen(store, state, planned.seen, planned.event)
  const at = clock.now()
  transition(state, planned.event, { at, by: caller.name })
  await refuseOutOfOrder(services, state, planned.event, caller)
  const waiting = (await store.pendingProposals(feature)).filter((one) => one.state === 'open')
  const same = waiting.find((one) => isSame(one, planned, state.revision))
  if (same && (await whyLapsed(store, same, { now: expiryTime(store, clock), environments })) === null)
    return { proposal: same, repeated: true }
  if (waiting.filter(({ proposedBy }) => proposedBy.tokenId === caller.tokenId).length >= mostOfToken)
    throw tooMany(feature)
  const step = { at, by: personOf(caller), reason: wanted.reason ?? null }
  const expiresAt = expiryTime(store, clock) + rule.expires
  const proposal = { ...(await newProposal(services, state, planned, step)), expiresAt }
  const result = await store.commit({
    proposal,
    audit: approvalRow('approval.propose', proposal, step, { ...planned.evidence, ...ruleDocument(rule) }),
    ...(repetition && { remember: toRemember(repetition, { status: 201, at, body: { id: proposal.id } }) }),
  })
  if (result.outcome === 'conflict') throw new Error('a new proposal cannot conflict')
  if (result.outcome === 'repeated') refuseOtherRequest(result.answer, repetition)
  const id = result.outcome === 'repeated' ? idOf(result.answer.body) : proposal.id
  return { proposal: await findProposal(services, id, caller), repeated: result.outcome === 'repeated' }
}

function idOf(body: unknown): string {
  return z.object({ id: z.string() }).parse(body).id
}

async function planOf(
  services: Services,
  write: Write,
  feature: string,
  wanted: z.output<typeof proposed>,
): Promise<PlannedRelease> {
  const { expectedRevision: seen } = wanted
  if (wanted.act === 'activate') return planActivation(services, feature, { ...wanted, seen })
  if (wanted.act === 'start') return planStart(services, write, feature, { ...wanted, seen })
  const rollout = await findRollout(services, wanted.rollout, write.caller)
  return planWidening(services, rollout, { type: wanted.act, reason: wanted.reason, seen })
}

function isSame(one: Proposal, { release, version }: PlannedRelease, revision: number): boolean {
  return (
    one.seen === revision && one.basis === releaseBasis(version) && canonicalJson(one.wish) === canonicalJson(release)
  )
}

function nothingNeeded(feature: string): Problem {
  const detail = `No rule asks for approval of releases of ${feature}: make the release instead of proposing it.`
  return new Problem({ status: 409, code: 'no-approval-needed', detail })
}

function tooMany(feature: string): Problem {
  const detail = `This token has ${mostOfToken} proposals of ${feature} that wait: withdraw one, or let others decide.`
  return new Problem({ status: 409, code: 'too-many', detail })
}
