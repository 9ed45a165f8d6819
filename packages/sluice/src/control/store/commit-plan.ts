import { isDeepStrictEqual } from 'node:util'
import type { AuditHead } from '../../records/audit-row.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { TokenRecord } from '../../records/token.ts'
import { chained } from '../release/audit-chain.ts'
import type { CommitResult, StoreChange } from './release-store.ts'

/** The stored values that decide whether a change is committed, read in the same transaction. */
export interface CommitBasis {
  /** The store's revision. */
  revision: number
  /** Revision of the change's feature; 0 if the feature is not stored. */
  featureRevision: number
  /** What is stored of the change's token; undefined for a new one. */
  token: TokenRecord | undefined
  /** The stored answer under the change's idempotency key. */
  remembered: RememberedAnswer | undefined
  /** Number of the last holder of the change's lease; 0 if there was none. */
  fence: number
  /** Head of the change's audit chain; null for a new chain. */
  head: AuditHead | null
}

/** Whether a change is committed. A repeated request is recognised even if its revision is out of date. */
export function planCommit({ feature, token, audit, remember, fence }: StoreChange, basis: CommitBasis): CommitResult {
  if (remember && basis.remembered) return { outcome: 'repeated', answer: basis.remembered }
  if (feature && feature.revision !== basis.featureRevision) return { outcome: 'conflict' }
  if (token && !isDeepStrictEqual(token.before, basis.token ?? null)) return { outcome: 'conflict' }
  if (fence && fence.number !== basis.fence) return { outcome: 'conflict' }
  const revision = basis.revision + 1
  return {
    outcome: 'committed',
    revision,
    feature: feature && { ...feature, revision },
    token: token?.after,
    audit: chained(audit, revision, basis.head),
  }
}

/** How long an answer is kept, in ms. This is twice the promised time, since clocks differ. */
export const rememberedMs = 48 * 3_600_000
