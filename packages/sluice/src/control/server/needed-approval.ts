import type { ApprovalRule } from '../../core/suite/config/approval-settings.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { Proposal, ProposedRelease } from '../../records/proposal.ts'
import type { VersionRecord } from '../../records/version.ts'
import { formatAmount } from '../../text/format.ts'
import { type ApprovalStep, approvalRow, releaseBasis } from '../approval/approval-row.ts'
import { ruleFor, widens } from '../approval/approval-rule.ts'
import { isMachine } from '../approval/approver.ts'
import { releaseOrder } from '../approval/release-order.ts'
import { newFeature } from '../release/feature-state.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { transition } from '../release/transition.ts'
import type { StoreChange } from '../store/release-store.ts'
import { rolledBackBefore } from '../words/act-text.ts'
import { approversText, releaseTerms } from '../words/proposal-text.ts'
import type { Caller } from './access/caller.ts'
import { Problem } from './http/problem.ts'
import { outOfOrder } from './out-of-order.ts'
import { releaseConsequence } from './release-consequence.ts'
import type { Services } from './services.ts'
import { within } from './timers.ts'

/** A release that has been looked through, and not been made. */
export interface PlannedRelease {
  event: ReleaseEvent
  /** The release as it is kept while it waits for approval. */
  release: ProposedRelease
  version: VersionRecord
  /** Why it is justified, for the audit log. */
  evidence: object
  /** The feature's revision on which it is based. */
  seen: number | undefined
}

interface Asked {
  caller: Caller
  event: ReleaseEvent
  /** What is released, where the event is a release. */
  release: (() => Promise<Pick<PlannedRelease, 'release' | 'version'>>) | undefined
  /** Why it is done without the approval that it needs. */
  breakGlass: { reason: string } | undefined
}

/**
 * What is committed with an event beside it: a note for others to review where it goes without the approval that it
 * needs, or before the environment before has had its version.
 * @throws Problem 409 where it needs one of the two; ReleaseConflict where the state would refuse it in any case
 */
export async function withoutApproval(
  services: Services,
  feature: string,
  { caller, event, release, breakGlass }: Asked,
): Promise<Pick<StoreChange, 'proposal' | 'auditBefore' | 'basedOn'>> {
  const before = (await services.store.feature(feature)) ?? newFeature(feature)
  const rule = widens(before, event) ? ruleFor(services, feature) : undefined
  const { fault, based } = await releaseOrder(services, before, event)
  const refusal = fault ? outOfOrder(fault, event, caller) : rule && approvalNeeded(feature, event, rule)
  if (!refusal) return based
  const at = services.clock.now()
  transition(before, event, { at, by: caller.name })
  if (!breakGlass || !release) throw refusal
  const step: ApprovalStep = { at, by: personOf(caller), reason: breakGlass.reason }
  const skipped = { ...(rule && ruleDocument(rule)), ...(fault && { environmentBefore: fault.general }) }
  const planned = await newProposal(services, before, await release(), step)
  const note: Proposal = {
    ...planned,
    // Whoever reviews it is told what it has left out.
    does: [...planned.does, ...(fault ? [`Out of turn: ${fault.general}`] : [])],
    state: 'unreviewed',
    rolloutId: event.type === 'start' ? event.rolloutId : null,
  }
  return { proposal: note, auditBefore: [approvalRow('approval.break-glass', note, step, skipped)] }
}

/** A release without approval is in a hurry: it does not wait longer for figures that are only said, in ms. */
const trafficMs = 1500

/** A release as it is kept, open and without an end. */
export async function newProposal(
  services: Services,
  state: FeatureState,
  { release, version }: Pick<PlannedRelease, 'release' | 'version'>,
  { at, by, reason }: ApprovalStep,
): Promise<Proposal> {
  const { clock, endForecasts } = services
  const trafficOf = async (feature: string) =>
    (await within(clock, trafficMs, endForecasts.traffic(feature)).catch(() => null)) ?? null
  // Figures and authors are only told of, and a release without approval is in a hurry.
  const consequence = await releaseConsequence(services, state, release, trafficOf).catch(() => null)
  const author = await unknownAuthor(services, version).catch(() => null)
  const before = rolledBackBefore(state, version)
  return {
    id: `ap-${Buffer.from(services.randomBytes(8)).toString('hex')}`,
    feature: state.feature,
    revision: 0,
    state: 'open',
    wish: release,
    label: version.content.label ?? null,
    reason,
    does: [
      ...(consequence ? [consequence.first, ...consequence.more] : []),
      ...(before === null ? [] : [before]),
      ...(author === null ? [] : [author]),
      ...releaseTerms(release),
    ],
    proposedBy: by,
    proposedAt: at,
    expiresAt: null,
    seen: state.revision,
    epoch: (await services.store.head()).epoch,
    basis: releaseBasis(version),
    approvals: [],
    ended: null,
    rolloutId: null,
  }
}

/** That nobody can tell who wrote a version, and so who must not approve it; null where a person has published it. */
export async function unknownAuthor(
  { store }: Pick<Services, 'store'>,
  { publisherId }: VersionRecord,
): Promise<string | null> {
  const publisher = publisherId ? await store.tokenById(publisherId) : undefined
  if (!publisher || !isMachine(publisher)) return null
  return `Its version was published by a machine (${publisher.name}): who wrote it is not known here, so nothing keeps its author from approving it.`
}

export function personOf({ tokenId, name }: Caller): ApprovalStep['by'] {
  return { tokenId, name }
}

/** The rule as the log keeps it beside what it was applied to. */
export function ruleDocument({ approvals, approvers }: ApprovalRule): object {
  return { rule: { approvals, approvers } }
}

/** `1 approval by the role approver` */
export function ruleText({ approvals, approvers }: Pick<ApprovalRule, 'approvals' | 'approvers'>): string {
  return `${formatAmount(approvals, 'approval')} by ${approversText(approvers)}`
}

function approvalNeeded(feature: string, event: ReleaseEvent, rule: ApprovalRule): Problem {
  const way =
    event.type === 'rollBack'
      ? 'It was never active: propose to activate it, or roll back to a version that was.'
      : `Propose it (POST /v1/features/${feature}/proposals, --propose), or do it without and say why (breakGlass.reason, --break-glass): then others are told, and asked to review it.`
  const detail = `This release of ${feature} needs ${ruleText(rule)}. ${way}`
  return new Problem({ status: 409, code: 'approval-needed', detail })
}
