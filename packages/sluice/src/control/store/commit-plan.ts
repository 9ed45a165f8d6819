import { isDeepStrictEqual } from 'node:util'
import type { AuditHead, AuditRow } from '../../records/audit-row.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { TokenRecord } from '../../records/token.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import { chained } from '../release/audit-chain.ts'
import type { CommitResult, StoreChange } from './release-store.ts'

/** The stored values that decide whether a change is committed, read in the same transaction. */
export interface CommitBasis {
  /** The store's revision. */
  revision: number
  /** Revision of the change's feature; 0 if the feature is not stored. */
  featureRevision: number
  /** The revision of the feature that the change is based on. */
  basedOnRevision: number
  /** What is stored of the change's token; undefined for a new one. */
  token: TokenRecord | undefined
  /** Revision of the change's proposal; 0 if it is not stored. */
  proposalRevision: number
  /** The stored answer under the change's idempotency key. */
  remembered: RememberedAnswer | undefined
  /** Number of the last holder of the change's lease; 0 if there was none. */
  fence: number
  /** Head of the change's audit chain; null for a new chain. */
  head: AuditHead | null
}

/** Whether a change is committed. A repeated request is recognised even if its revision is out of date. */
export function planCommit(change: StoreChange, basis: CommitBasis): CommitResult {
  const { feature, token, proposal, audit, auditBefore = [], remember, fence, basedOn } = change
  if (remember && basis.remembered) return { outcome: 'repeated', answer: basis.remembered }
  if (feature && feature.revision !== basis.featureRevision) return { outcome: 'conflict' }
  if (basedOn && basedOn.revision !== basis.basedOnRevision) return { outcome: 'conflict' }
  if (token && !isDeepStrictEqual(token.before, basis.token ?? null)) return { outcome: 'conflict' }
  if (proposal && proposal.revision !== basis.proposalRevision) return { outcome: 'conflict' }
  if (fence && fence.number !== basis.fence) return { outcome: 'conflict' }
  const revision = basis.revision + 1
  const before: AuditRow[] = []
  for (const draft of auditBefore) before.push(chained(draft, revision, before.at(-1) ?? basis.head))
  const last = chained(audit, revision, before.at(-1) ?? basis.head)
  return {
    outcome: 'committed',
    revision,
    feature: feature && { ...feature, revision },
    token: token?.after,
    proposal: proposal && { ...proposal, revision: proposal.revision + 1 },
    audit: last,
    rows: [...before, last],
  }
}

/** How long an answer is kept, in ms. This is twice the promised time, since clocks differ. */
export const rememberedMs = 48 * hourMs

/** How long a proposal is kept after its end, in ms. What became of it stays in the audit log. */
export const endedProposalMs = 90 * dayMs
