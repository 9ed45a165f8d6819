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
  if (fence && fence.number !== basis.fence) return { outcome: 'conflict' }
  const revision = basis.revision + 1
  return {
    outcome: 'committed',
    revision,
    feature: feature && { ...feature, revision },
    token: token && neverReopened(token, basis.token),
    audit: chained(audit, revision, basis.head),
  }
}

/**
 * Two changes of a token may have been made of the same record. What one of them has closed stays closed: otherwise whoever
 * signs out everywhere while their token is revoked would take the revocation back.
 */
function neverReopened(token: TokenRecord, stored: TokenRecord | undefined): TokenRecord {
  const sessionEndings = Math.max(token.sessionEndings ?? 0, stored?.sessionEndings ?? 0)
  return {
    ...token,
    revokedAt: stored?.revokedAt ?? token.revokedAt,
    ...(sessionEndings > 0 && { sessionEndings }),
  }
}

/** How long an answer is kept, in ms. This is twice the promised time, since clocks differ. */
export const rememberedMs = 48 * 3_600_000
