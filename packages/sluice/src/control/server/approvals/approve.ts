import type { Proposal } from '../../../records/proposal.ts'
import type { RememberedAnswer } from '../../../records/remembered-answer.ts'
import { type ApprovalStep, approvalRow } from '../../approval/approval-row.ts'
import { newFeature } from '../../release/feature-state.ts'
import { applyEvent, commitAttempts } from '../../store/apply-event.ts'
import { sendChange } from '../change-feature.ts'
import { planActivation } from '../features/activate.ts'
import { type PlannedRelease, personOf } from '../needed-approval.ts'
import { refuseOutOfOrder } from '../out-of-order.ts'
import { planStart, planWidening } from '../rollouts/change-rollout.ts'
import { answered, refuseOtherRequest, repetitionOf, toRemember } from '../route/idempotency.ts'
import type { Services } from '../services.ts'
import { decideApproval } from './approval-standing.ts'
import { busyProposal, type ChangedProposal, findProposal, type Write } from './find-proposal.ts'

/**
 * Approves a proposal in the name of the caller. The approval that is the last one needed makes the release, in the
 * same commit: so it is made once, and only if the feature is still what was approved.
 * @throws Problem 403 where they may not, 409 where it is over or does not hold any more; ReleaseConflict as the state
 * has it
 */
export async function approveProposal(
  services: Services,
  write: Write,
  id: string,
  reason: string | null,
): Promise<ChangedProposal> {
  const { store, clock } = services
  const { caller } = write
  const repetition = repetitionOf(write)
  // Where the store was put back under the running server, this finds out and gives it another epoch.
  await services.snapshots.check()
  for (let attempt = 0; attempt < commitAttempts; attempt += 1) {
    const proposal = await findProposal(services, id, caller)
    if (await answered(store, repetition)) return { proposal, repeated: true }
    const step: ApprovalStep = { at: clock.now(), by: personOf(caller), reason }
    const remember = repetition && {
      key: repetition.key,
      answer: () => toRemember(repetition, { status: 200, at: step.at }),
    }
    const { next, isEnough } = await decideApproval(services, proposal, { caller, step })
    if (isEnough) return carryOut(services, write, proposal, { step, remember })
    const result = await store.commit({
      proposal: next,
      audit: approvalRow('approval.approve', next, step),
      ...(remember && { remember: remember.answer() }),
    })
    if (result.outcome === 'committed') return { proposal: result.proposal ?? next, repeated: false }
  }
  throw busyProposal(id)
}

interface LastApproval {
  step: ApprovalStep
  remember: { key: string; answer: () => Omit<RememberedAnswer, 'key'> } | undefined
}

/** Makes the release. Each attempt looks at the proposal anew, so that of two last approvals one makes it. */
async function carryOut(
  services: Services,
  write: Write,
  proposal: Proposal,
  { step, remember }: LastApproval,
): Promise<ChangedProposal> {
  const { store } = services
  const { caller } = write
  const { id, feature, seen } = proposal
  const { event, evidence } = await planOf(services, write, proposal)
  const rolloutId = event.type === 'start' ? event.rolloutId : null
  const also = async () => {
    const { next, isEnough } = await decideApproval(services, await findProposal(services, id, caller), {
      caller,
      step,
    })
    if (!isEnough) throw busyProposal(id)
    const done: Proposal = {
      ...next,
      state: 'done',
      ended: { at: step.at, ...step.by, reason: step.reason },
      rolloutId,
    }
    const state = (await store.feature(feature)) ?? newFeature(feature)
    const based = await refuseOutOfOrder(services, state, event, caller)
    return { ...based, proposal: done, auditBefore: [approvalRow('approval.approve', done, step)] }
  }
  const result = await applyEvent(
    store,
    feature,
    event,
    { at: step.at, by: caller.name },
    {
      tokenId: caller.tokenId,
      evidence: { ...evidence, approval: { proposal: id, proposedBy: proposal.proposedBy } },
      seen,
      also,
      ...(remember && { remember }),
    },
  )
  if (result.outcome === 'repeated') refuseOtherRequest(result.answer, repetitionOf(write))
  else await sendChange(services)
  return { proposal: await findProposal(services, id, caller), repeated: result.outcome === 'repeated' }
}

/**
 * The release as it is made now, with what was approved. That it may end undecided was said when it was proposed.
 * @throws Problem 409 where its gate does not pass any more
 */
function planOf(
  services: Services,
  write: Write,
  { feature, wish: release, reason, seen }: Proposal,
): Promise<PlannedRelease> {
  const why = reason ?? 'approved'
  if (release.act === 'activate')
    return planActivation(services, feature, { version: release.version, reason: why, seen, ...overrideOf(release) })
  if (release.act === 'start') {
    const { act: _, override: __, ...start } = release
    const kept = { ...start, ...overrideOf(release), ...(reason !== null && { reason }) }
    return planStart(services, write, feature, { ...kept, wasForecast: true, seen })
  }
  const rollout = { id: release.rolloutId, feature, canary: release.version }
  return planWidening(services, rollout, { type: release.act, reason: why, seen })
}

function overrideOf({ override }: { override: string | null }): { override?: { reason: string } } {
  return override === null ? {} : { override: { reason: override } }
}
