import type { ContentStore } from './content-store.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { ForgetStore } from './forget-store.ts'
import type { InstanceStore } from './instance-store.ts'
import type { JudgeQueue } from './judge-queue.ts'
import type { LeaseStore } from './lease-store.ts'
import type { LogPlace, OutcomeLog } from './outcome-log.ts'
import type { ProposalStore } from './proposal-store.ts'
import type { ReleaseStore } from './release-store.ts'
import type { DamagedRow } from './rows/damaged-rows.ts'
import type { TokenStore } from './token-store.ts'

/**
 * Where a control plane keeps its state. A write is durable when its promise resolves: it survives `kill -9` at any
 * moment. Every method may reject with a StoreError. Implementations: sqlite (one process), postgres (several
 * replicas), memory (simulation).
 */
export interface Store
  extends ReleaseStore,
    TokenStore,
    ProposalStore,
    OutcomeLog,
    InstanceStore,
    LeaseStore,
    EvidenceStore,
    JudgeQueue,
    ContentStore,
    ForgetStore {
  readonly kind: 'sqlite' | 'postgres' | 'memory'
  /** Replicas may work on it, so each call waits for another machine. */
  readonly isShared: boolean
  /** Where another thread of this process may open the log to read it; absent for one in memory. */
  readonly logPlace?: LogPlace
  /**
   * A random text of the store; revisions are comparable only within one epoch. This is the epoch at the opening;
   * `head` reads the present one.
   */
  readonly epoch: string
  /** A random secret of 32 bytes in hex, made with the store. It is the key for hashes of units. */
  readonly secret: string
  /** Rows that could not be read since the start, at most 1,000. Results leave them out, but they are not deleted. */
  damaged(): DamagedRow[]
  /**
   * ms since the epoch, by a clock that all replicas share and that does not change when this machine's clock is set.
   * Undefined if the store has no clock.
   */
  now?(): number
  /** Resolves if the store answers; rejects otherwise. */
  ping(): Promise<void>
  /** Finishes writes that are under way, then closes. */
  close(): Promise<void>
}
