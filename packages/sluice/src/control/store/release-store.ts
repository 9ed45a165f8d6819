import type { AuditDraft, AuditHead, AuditRow } from '../../records/audit-row.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { TokenRecord } from '../../records/token.ts'
import type { VersionRecord } from '../../records/version.ts'
import type { Fence } from './lease-store.ts'

/** One change and its audit row, written together or not at all. */
export interface StoreChange {
  /** Written only if the stored revision still is `next.revision`; 0 where none is stored. The store sets the new one. */
  feature?: FeatureState
  /** Inserted, or replaced where feature and id exist. */
  version?: VersionRecord
  /** Inserted, or replaced where the id exists. */
  token?: TokenRecord
  audit: AuditDraft
  /** Kept with the change, so that a repetition of the request finds the answer. */
  remember?: RememberedAnswer
  /** Written only if this still is the last holder of its name. */
  fence?: Fence
}

export type CommitResult =
  | { outcome: 'committed'; revision: number; feature: FeatureState | undefined; audit: AuditRow }
  /** Somebody else was faster: nothing was written. */
  | { outcome: 'conflict' }
  /** The idempotency key is taken: nothing was written. */
  | { outcome: 'repeated'; answer: RememberedAnswer }

/** How far a store has come. */
export interface StoreHead {
  /** Revisions of different epochs cannot be compared. */
  epoch: string
  revision: number
}

/** Features, versions, the log of changes. Every commit raises the store's revision by one. */
export interface ReleaseStore {
  revision(): Promise<number>
  /** Read anew, also the epoch: another replica may have given the store another. */
  head(): Promise<StoreHead>
  /** Gives the store a new epoch, where it still has this one: it went back to an older state, and revisions come again. */
  renewEpoch(epoch: string): Promise<void>
  features(): Promise<FeatureState[]>
  feature(name: string): Promise<FeatureState | undefined>
  /** Oldest first. */
  versions(feature: string): Promise<VersionRecord[]>
  version(feature: string, id: string): Promise<VersionRecord | undefined>
  commit(change: StoreChange): Promise<CommitResult>
  remembered(key: string): Promise<RememberedAnswer | undefined>
  /** Rows of one chain with seq > `after`, in order; one that cannot be read is left out, so that the chain has a gap there. */
  audit(chain: string, page?: { after?: number; limit?: number }): Promise<AuditRow[]>
  /** What the last row of a chain must be; null for an empty chain. */
  auditHead(chain: string): Promise<AuditHead | null>
  /** Called after commits, also those of other replicas; may come late, doubled or summed up. Returns how to stop it. */
  onChange(listener: (revision: number) => void): () => void
}
