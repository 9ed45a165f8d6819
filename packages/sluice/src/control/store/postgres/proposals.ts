import type { Proposal } from '../../../records/proposal.ts'
import { endedProposalMs } from '../commit-plan.ts'
import type { ProposalStore } from '../proposal-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { proposalRecordOf } from '../rows/proposal-row.ts'
import type { PostgresConnection, Query } from './connection.ts'

export function postgresProposals({ query, damaged }: PostgresConnection): ProposalStore {
  return {
    async pendingProposals(feature) {
      const rows = await query(
        `SELECT id, feature, document FROM sluice.proposals
         WHERE ended_at IS NULL AND feature = coalesce($1, feature) ORDER BY number`,
        [feature],
      )
      return damaged.readable(rows, ({ document }) => proposalRecordOf(document), rowOf.proposal)
    },
    proposal: (id) => proposalInPostgres(query, id),
  }
}

/** One by its id, also within a transaction. */
export async function proposalInPostgres(query: Query, id: string): Promise<Proposal | undefined> {
  const [row] = await query('SELECT document FROM sluice.proposals WHERE id = $1', [id])
  return row && proposalRecordOf(row.document)
}

/** Writes one within a transaction, and forgets those that ended long ago. `now` in ms since the epoch. */
export async function putProposalInPostgres(query: Query, proposal: Proposal, now: number): Promise<void> {
  const { id, feature, ended } = proposal
  await query('DELETE FROM sluice.proposals WHERE ended_at < $1', [now - endedProposalMs])
  await query(
    `INSERT INTO sluice.proposals (id, feature, ended_at, document) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, document = excluded.document`,
    [id, feature, ended?.at ?? null, JSON.stringify(proposal)],
  )
}
