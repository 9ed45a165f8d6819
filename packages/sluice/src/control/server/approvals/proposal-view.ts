import { z } from 'zod'
import { environmentName } from '../../../core/suite/config/environments.ts'
import { approvalSchema, type Proposal, proposalSchema } from '../../../records/proposal.ts'
import { whyLapsed } from '../../approval/lapse.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { type StandingServices, standingOn } from './approval-standing.ts'
import { type Lineages, readLineages } from './lineages.ts'

/** A proposal as the API returns it: what is stored, and what follows from it now. */
export const proposalView = proposalSchema.omit({ revision: true, epoch: true, basis: true }).extend({
  environment: z.string().nullable().meta({ description: 'Null: the control plane has no environments.' }),
  approvals: z.array(approvalSchema).meta({ description: 'Those that count, oldest first.' }),
  missing: z.int().meta({ description: 'How many approvals it still needs; 0 unless it is open.' }),
  approvers: z
    .union([z.object({ role: z.string() }), z.array(z.string())])
    .nullable()
    .meta({ description: 'Who may approve or review it; null: no rule says so any more.' }),
  lapsed: z.string().nullable().meta({ description: 'Why it does not hold any more, while it is open.' }),
})

export type ProposalView = z.infer<typeof proposalView>

type Readable = StandingServices

export async function proposalViewOf(
  services: Readable,
  proposal: Proposal,
  lineages?: Lineages,
): Promise<ProposalView> {
  const { revision: _, epoch: __, basis: ___, ...shown } = proposal
  const isPending = proposal.ended === null
  const standing = isPending ? await standingOn(services, proposal, lineages) : undefined
  const approvals = proposal.state === 'open' ? (standing?.counting ?? []) : proposal.approvals
  const needed = proposal.state === 'open' ? (standing?.rule.approvals ?? 0) : 0
  return {
    ...shown,
    wish: { ...proposal.wish },
    environment: environmentName(proposal.feature, services.environments),
    approvals,
    missing: Math.max(0, needed - approvals.length),
    approvers: standing?.rule.approvers ?? null,
    lapsed: await whyLapsed(services.store, proposal, {
      now: expiryTime(services.store, services.clock),
      environments: services.environments,
    }),
  }
}

export async function proposalViews(services: Readable, proposals: readonly Proposal[]): Promise<ProposalView[]> {
  if (proposals.length === 0) return []
  const lineages = await readLineages(services.store)
  return Promise.all(proposals.map((proposal) => proposalViewOf(services, proposal, lineages)))
}
