import type { Proposal } from '../../records/proposal.ts'

/** Reads proposals. They are written by `commit`, so that each change has an audit row. */
export interface ProposalStore {
  /** Those that somebody has to see to, the oldest first; null: of all features. */
  pendingProposals(feature: string | null): Promise<Proposal[]>
  /** One by its id. Ended ones are kept for 90 days. */
  proposal(id: string): Promise<Proposal | undefined>
}
