import type { AuditDraft, AuditHead, AuditRow } from '../../records/audit-row.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { Proposal } from '../../records/proposal.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { TokenRecord } from '../../records/token.ts'
import type { VersionRecord } from '../../records/version.ts'
import type { Fence } from './lease-store.ts'

/** The next state of a token. It is written only if the token is still as `before` says; null: not stored yet. */
export interface TokenChange {
  before: TokenRecord | null
  after: TokenRecord
}

/** One change and its audit row, written together or not at all. */
export interface StoreChange {
  /**
   * The next state. It is written only if the stored revision still equals its `revision` (0: not stored yet). The
   * store sets the new revision.
   */
  feature?: FeatureState
  /** Inserted, or replaced if feature and id exist. */
  version?: VersionRecord
  token?: TokenChange
  /** Written only if the stored one still has its `revision` (0: not stored yet). The store counts it up. */
  proposal?: Proposal
  /** Rows of the same chain that go before `audit`. */
  auditBefore?: readonly AuditDraft[]
  audit: AuditDraft
  /** Stored with the change, so that a repeated request finds the answer. */
  remember?: RememberedAnswer
  /** The change is written only if this is still the last holder of its lease. */
  fence?: Fence
  /** The change is written only if this feature, another one, still has that revision. */
  basedOn?: { feature: string; revision: number }
}

export type CommitResult =
  | {
      outcome: 'committed'
      revision: number
      feature: FeatureState | undefined
      token: TokenRecord | undefined
      proposal: Proposal | undefined
      audit: AuditRow
      /** `audit`, and the rows of the change before it. */
      rows: AuditRow[]
    }
  /** Another change was committed first; nothing was written. */
  | { outcome: 'conflict' }
  /** The idempotency key was used before; nothing was written. */
  | { outcome: 'repeated'; answer: RememberedAnswer }

/** A part of the versions of a feature. */
export interface VersionPage {
  versions: VersionRecord[]
  /** How many versions the feature has. */
  total: number
  /** Rows of this part that cannot be read, and so are missing in it. */
  unreadable: number
}

/** The present epoch and revision of a store. */
export interface StoreHead {
  /** Revisions of different epochs cannot be compared. */
  epoch: string
  revision: number
}

/** Features, versions and the audit log. Every commit raises the store's revision by one. */
export interface ReleaseStore {
  revision(): Promise<number>
  /** Reads epoch and revision from the store, since another replica may have renewed the epoch. */
  head(): Promise<StoreHead>
  /**
   * Gives the store a new epoch if it still has this one. Needed if the store went back to an older state, since its
   * revisions are used again.
   */
  renewEpoch(epoch: string): Promise<void>
  features(): Promise<FeatureState[]>
  feature(name: string): Promise<FeatureState | undefined>
  /** All versions of a feature, the oldest first. Environments share them: the key of each one finds the same. */
  versions(feature: string): Promise<VersionRecord[]>
  /** Some versions of a feature, the newest first, after the `offset` newest. */
  versionPage(feature: string, page: { offset: number; limit: number }): Promise<VersionPage>
  version(feature: string, id: string): Promise<VersionRecord | undefined>
  commit(change: StoreChange): Promise<CommitResult>
  remembered(key: string): Promise<RememberedAnswer | undefined>
  /** The rows of a chain with seq > `after`, in order. A row that cannot be read is left out, which leaves a gap. */
  audit(chain: string, page?: { after?: number; limit?: number }): Promise<AuditRow[]>
  /** Seq and hash that the last row of a chain must have; null for an empty chain. */
  auditHead(chain: string): Promise<AuditHead | null>
  /**
   * Calls `listener` after commits, also of other replicas; calls may be late, doubled or merged. Returns a function
   * that stops it.
   */
  onChange(listener: (revision: number) => void): () => void
}

/** The number of the last row of each feature's chain; 0 for an empty one. */
export async function lastAuditRows(
  store: Pick<ReleaseStore, 'auditHead'>,
  features: readonly string[],
): Promise<Map<string, number>> {
  const entries = features.map(async (feature) => [feature, (await store.auditHead(feature))?.seq ?? 0] as const)
  return new Map(await Promise.all(entries))
}
