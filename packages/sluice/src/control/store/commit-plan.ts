import type { AuditHead } from '../../records/audit-row.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import { chained } from '../release/audit-chain.ts'
import type { CommitResult, StoreChange } from './release-store.ts'

/** What a store finds when it is to commit a change; read and acted upon in one transaction. */
export interface CommitGround {
  /** The store's. */
  revision: number
  /** Of the change's feature; 0 where none is stored. */
  featureRevision: number
  /** What was answered to the change's idempotency key. */
  remembered: RememberedAnswer | undefined
  /** Of the last holder of the change's lease; 0 where there was none. */
  fence: number
  /** Of the change's chain; null of a new one. */
  head: AuditHead | null
}

/** What becomes of a change. A repetition is known as such even though its revision has passed. */
export function planCommit({ feature, audit, remember, fence }: StoreChange, ground: CommitGround): CommitResult {
  if (remember && ground.remembered) return { outcome: 'repeated', answer: ground.remembered }
  if (feature && feature.revision !== ground.featureRevision) return { outcome: 'conflict' }
  if (fence && fence.number !== ground.fence) return { outcome: 'conflict' }
  const revision = ground.revision + 1
  return {
    outcome: 'committed',
    revision,
    feature: feature && { ...feature, revision },
    audit: chained(audit, revision, ground.head),
  }
}

/** How long an answer is kept, in ms: twice what is promised, since clocks differ. */
export const rememberedMs = 48 * 3_600_000
