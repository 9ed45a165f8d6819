import type { ApprovalRule } from '../../../core/suite/config/approval-settings.ts'
import { type Environments, shownKey } from '../../../core/suite/config/environments.ts'
import type { Approval, Proposal } from '../../../records/proposal.ts'
import type { TokenRecord } from '../../../records/token.ts'
import type { VersionRecord } from '../../../records/version.ts'
import type { ApprovalStep } from '../../approval/approval-row.ts'
import { ruleFor } from '../../approval/approval-rule.ts'
import { type Authors, isMachine, type Lineage, standingOf, whyNotApprove } from '../../approval/approver.ts'
import { lapse, whyLapsed } from '../../approval/lapse.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { type Caller, callerOf, hasScope, maySee } from '../access/caller.ts'
import { oneIssuer } from '../access/people.ts'
import { isValid } from '../access/token-directory.ts'
import { Problem } from '../http/problem.ts'
import type { Services } from '../services.ts'
import { type Lineages, readLineages } from './lineages.ts'

/** What holds for the approval of one proposal at this moment. */
export interface Standing {
  rule: ApprovalRule
  /** The approvals that count. Of others the token was revoked or has expired, or the rule names it no more. */
  counting: Approval[]
  /** Why a token may not add one; null where it may. */
  refusalOf(tokenId: string | null): Promise<string | null>
}

/** What a standing is made of. */
export type StandingServices = Pick<Services, 'store' | 'clock' | 'approvals' | 'environments' | 'oidc'>

/** Undefined where no rule asks for approval of the feature any more. */
export async function standingOn(
  services: StandingServices,
  proposal: Proposal,
  lineages?: Lineages,
): Promise<Standing | undefined> {
  const { store, clock, environments, oidc } = services
  const rule = ruleFor(services, proposal.feature)
  if (!rule) return undefined
  const known = lineages ?? (await readLineages(store))
  const now = expiryTime(store, clock)
  const named = { tokens: known.tokens, isValid: (record: TokenRecord) => isValid(record, now) }
  const authors = await authorsOf(proposal, await store.version(proposal.feature, proposal.wish.version), known)
  const refusal = async (tokenId: string | null, before: readonly Lineage[]) => {
    const lineage = tokenId === null ? undefined : await known.of(tokenId)
    if (!lineage || !isValid(lineage.record, now)) return 'its token is unknown, expired or revoked'
    const without = rightLacking(lineage.record, proposal.feature, {
      environments,
      issuer: oidc && oneIssuer(oidc.settings),
    })
    if (without !== null) return without
    const standing = standingOf(rule, lineage.record, named)
    return whyNotApprove({ ...lineage, standing }, authors, before)
  }
  const counting: Approval[] = []
  const approvers: Lineage[] = []
  for (const approval of proposal.approvals) {
    const lineage = approval.tokenId === null ? undefined : await known.of(approval.tokenId)
    if (!lineage || (await refusal(approval.tokenId, approvers)) !== null) continue
    counting.push(approval)
    approvers.push(lineage)
  }
  return { rule, counting, refusalOf: (tokenId) => refusal(tokenId, approvers) }
}

/**
 * Which right a token lacks, without which it could not even ask to approve. Those of people change with their groups,
 * and an approval of before must not outlive them.
 */
function rightLacking(
  record: TokenRecord,
  feature: string,
  { environments, issuer }: { environments: Environments; issuer: string | null },
): string | null {
  const caller = callerOf(record, environments)
  if (record.person && record.person.issuer !== issuer)
    return 'the identity provider that vouched for them is not asked any more'
  if (isMachine(record) || hasScope(caller, ['operator', 'approver']))
    return maySee(caller, feature) ? null : `it is not for ${shownKey(feature, environments)}`
  return 'it has no role any more by which one approves'
}

async function authorsOf(
  { proposedBy }: Proposal,
  version: VersionRecord | undefined,
  lineages: Lineages,
): Promise<Authors> {
  const proposer = proposedBy.tokenId === null ? undefined : await lineages.of(proposedBy.tokenId)
  const publisher = version?.publisherId ? await lineages.of(version.publisherId) : undefined
  const later = await Promise.all((version?.changedBy ?? []).map((id) => lineages.of(id)))
  return {
    proposer: proposer ?? null,
    publishers: [publisher, ...later].flatMap((one) => (one && !isMachine(one.record) ? [one] : [])),
    publisherName: publisher ? null : (version?.publishedBy ?? null),
  }
}

/** @throws Problem 403 unless the rule of the feature names the caller, whoever made the proposal */
export async function refuseOutsider(services: Services, { feature }: Proposal, caller: Caller): Promise<void> {
  const rule = ruleFor(services, feature)
  const tokens = await services.store.tokens()
  const own = tokens.find(({ id }) => id === caller.tokenId)
  const now = expiryTime(services.store, services.clock)
  const named = { tokens, isValid: (record: TokenRecord) => isValid(record, now) }
  const standing = own && rule && !isMachine(own) ? standingOf(rule, own, named) : 'none'
  if (!['id', 'name', 'role'].includes(standing)) throw mayNot(caller, 'the rule asks for others')
}

/**
 * Whoever could have approved it reviews it. Where no rule asks for that any more, any approver does who has not made
 * it.
 * @throws Problem 403
 */
export async function refuseReview(services: Services, note: Proposal, caller: Caller): Promise<void> {
  const rules = ruleFor(services, note.feature) ? services.approvals : { '*': anyApprover }
  const standing = await standingOn({ ...services, approvals: rules }, note)
  const why = await standing?.refusalOf(caller.tokenId)
  if (why !== null) throw mayNot(caller, why ?? 'no rule says who may')
}

const anyApprover: ApprovalRule = { approvals: 1, approvers: { role: 'approver' }, expires: 0 }

/** What a proposal becomes by an approval. */
export interface Decided {
  next: Proposal
  /** It has all approvals that it needs. */
  isEnough: boolean
}

/**
 * What it becomes if somebody approves it now.
 * @throws Problem 403 where they may not; 409 where it is over, does not hold any more, or needs no approval
 */
export async function decideApproval(
  services: Services,
  proposal: Proposal,
  { caller, step }: { caller: Caller; step: ApprovalStep },
): Promise<Decided> {
  await refuseOver(services, proposal, 'open')
  const standing = await standingOn(services, proposal)
  if (!standing) {
    const detail = `No rule asks for approval of ${proposal.feature} any more: withdraw this, and make the release.`
    throw new Problem({ status: 409, code: 'no-approval-needed', detail })
  }
  const why = await standing.refusalOf(caller.tokenId)
  if (why !== null) throw mayNot(caller, why)
  const { at, by, reason } = step
  const approvals = [...standing.counting, { ...by, at, reason }]
  return { next: { ...proposal, approvals }, isEnough: approvals.length >= standing.rule.approvals }
}

/**
 * Ends it if it does not hold any more.
 * @throws Problem 409 unless it is in this state, and holds
 */
export async function refuseOver(
  { store, clock, environments }: Pick<Services, 'store' | 'clock' | 'environments'>,
  proposal: Proposal,
  state: 'open' | 'unreviewed',
): Promise<void> {
  if (proposal.state !== state) throw isOver(proposal)
  const at = clock.now()
  const why = await whyLapsed(store, proposal, { now: expiryTime(store, clock), environments })
  if (why === null) return
  if (await lapse(store, proposal, { at, why })) throw lapsed(proposal, why)
  // It may be others who changed the feature just now, by this very proposal.
  const now = (await store.proposal(proposal.id)) ?? proposal
  throw now.state === state ? lapsed(now, why) : isOver(now)
}

function lapsed({ id }: Proposal, why: string): Problem {
  const detail = `Proposal ${id} does not hold any more: ${why}. Propose it again.`
  return new Problem({ status: 409, code: 'proposal-lapsed', detail })
}

function isOver(proposal: Proposal): Problem {
  const { id, state, ended } = proposal
  if (state === 'lapsed') return lapsed(proposal, ended?.reason ?? 'it has ended')
  const words = { open: 'waits for approval', done: 'was approved and made', unreviewed: 'was made without approval' }
  const how = state in words ? words[state as keyof typeof words] : `was ${state}`
  const when = ended ? ` by ${ended.name} at ${new Date(ended.at).toISOString()}` : ''
  return new Problem({ status: 409, code: 'proposal-over', detail: `Proposal ${id} ${how}${when}.` })
}

function mayNot({ name }: Caller, why: string): Problem {
  return new Problem({
    status: 403,
    code: 'may-not-approve',
    detail: `The token "${name}" may not approve this: ${why}.`,
  })
}
