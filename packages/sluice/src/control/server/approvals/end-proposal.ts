import type { Proposal } from '../../../records/proposal.ts'
import { type ApprovalAction, type ApprovalStep, approvalRow } from '../../approval/approval-row.ts'
import { commitAttempts } from '../../store/apply-event.ts'
import { type Caller, hasScope } from '../access/caller.ts'
import { Problem } from '../http/problem.ts'
import { personOf } from '../needed-approval.ts'
import { answered, repetitionOf, toRemember } from '../route/idempotency.ts'
import type { Services } from '../services.ts'
import { refuseOutsider, refuseOver, refuseReview } from './approval-standing.ts'
import { busyProposal, type ChangedProposal, findProposal, type Write } from './find-proposal.ts'

/** How people end a proposal without making the release, or the review of one that was made without approval. */
export type ProposalEnd = 'reject' | 'withdraw' | 'review'

interface End {
  action: ApprovalAction
  from: 'open' | 'unreviewed'
  to: Proposal['state']
  /** @throws Problem 403 */
  refuse(services: Services, proposal: Proposal, caller: Caller): Promise<void>
}

const ends: Record<ProposalEnd, End> = {
  reject: { action: 'approval.reject', from: 'open', to: 'rejected', refuse: refuseOutsider },
  withdraw: { action: 'approval.withdraw', from: 'open', to: 'withdrawn', refuse: refuseOthers },
  review: { action: 'approval.review', from: 'unreviewed', to: 'reviewed', refuse: refuseReview },
}

/** @throws Problem 403 where the caller may not, 409 where it is over */
export async function endProposal(
  services: Services,
  write: Write,
  id: string,
  { end, reason }: { end: ProposalEnd; reason: string | null },
): Promise<ChangedProposal> {
  const { store, clock } = services
  const { action, from, to, refuse } = ends[end]
  const repetition = repetitionOf(write)
  for (let attempt = 0; attempt < commitAttempts; attempt += 1) {
    const proposal = await findProposal(services, id, write.caller)
    if (await answered(store, repetition)) return { proposal, repeated: true }
    await refuseOver(services, proposal, from)
    await refuse(services, proposal, write.caller)
    const step: ApprovalStep = { at: clock.now(), by: personOf(write.caller), reason }
    const next: Proposal = { ...proposal, state: to, ended: { at: step.at, ...step.by, reason } }
    const result = await store.commit({
      proposal: next,
      audit: approvalRow(action, next, step),
      ...(repetition && { remember: toRemember(repetition, { status: 200, at: step.at }) }),
    })
    if (result.outcome === 'committed') return { proposal: result.proposal ?? next, repeated: false }
  }
  throw busyProposal(id)
}

/** Why somebody may not end it in this way; null where they may. */
export async function endRefusal(
  services: Services,
  end: ProposalEnd,
  { proposal, caller }: { proposal: Proposal; caller: Caller },
): Promise<string | null> {
  try {
    await ends[end].refuse(services, proposal, caller)
    return null
  } catch (error) {
    if (error instanceof Problem && error.details.status === 403) return error.message
    throw error
  }
}

async function refuseOthers(_: Services, { proposedBy }: Proposal, caller: Caller): Promise<void> {
  if (caller.tokenId === proposedBy.tokenId || hasScope(caller, ['admin'])) return
  const detail = `Only "${proposedBy.name}" withdraws what it proposed: whoever may approve it rejects it.`
  throw new Problem({ status: 403, code: 'not-the-proposer', detail })
}
