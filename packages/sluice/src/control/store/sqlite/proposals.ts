import type { Proposal } from '../../../records/proposal.ts'
import { endedProposalMs } from '../commit-plan.ts'
import type { ProposalStore } from '../proposal-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { proposalRecordOf } from '../rows/proposal-row.ts'
import type { SqliteConnection } from './connection.ts'

export function sqliteProposals(db: SqliteConnection): ProposalStore {
  return {
    pendingProposals: (feature) =>
      db.read(() => {
        const rows = db.all(
          `SELECT id, feature, document FROM proposals
           WHERE ended_at IS NULL AND feature = coalesce(?, feature) ORDER BY number`,
          feature,
        )
        return db.damaged.readable(rows, ({ document }) => proposalRecordOf(document), rowOf.proposal)
      }),
    proposal: (id) => db.read(() => proposalInSqlite(db, id)),
  }
}

/** One by its id, within a transaction. */
export function proposalInSqlite(db: SqliteConnection, id: string): Proposal | undefined {
  const row = db.first('SELECT document FROM proposals WHERE id = ?', id)
  return row && proposalRecordOf(row.document)
}

/** Writes one within a transaction, and forgets those that ended long ago. `now` in ms since the epoch. */
export function putProposalInSqlite(db: SqliteConnection, proposal: Proposal, now: number): void {
  const { id, feature, ended } = proposal
  db.run('DELETE FROM proposals WHERE ended_at < ?', now - endedProposalMs)
  db.run(
    `INSERT INTO proposals (id, feature, ended_at, document) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, document = excluded.document`,
    id,
    feature,
    ended?.at ?? null,
    JSON.stringify(proposal),
  )
}
