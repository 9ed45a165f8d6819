import type { ContentStore } from './content-store.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { ForgetStore } from './forget-store.ts'
import type { InstanceStore } from './instance-store.ts'
import type { JudgeQueue } from './judge-queue.ts'
import type { LeaseStore } from './lease-store.ts'
import type { OutcomeLog } from './outcome-log.ts'
import type { ReleaseStore } from './release-store.ts'
import type { DamagedRow } from './rows/damaged-rows.ts'
import type { TokenStore } from './token-store.ts'

/**
 * Where a control plane keeps its state. What was awaited is durable: it survives `kill -9` at any moment. Every method
 * may reject with a StoreError. Implementations: sqlite (one process), postgres (several replicas), memory (simulation).
 */
export interface Store
  extends ReleaseStore,
    TokenStore,
    OutcomeLog,
    InstanceStore,
    LeaseStore,
    EvidenceStore,
    JudgeQueue,
    ContentStore,
    ForgetStore {
  readonly kind: 'sqlite' | 'postgres' | 'memory'
  /** Random, made with the store; revisions are comparable only within it. As it was when the store was opened: see `head`. */
  readonly epoch: string
  /** Random secret of 32 bytes in hex, made once with the store: keys the hashes of units. */
  readonly secret: string
  /** Rows that could not be read since the start, the first 1,000: they are in no list, and stay where they are. */
  damaged(): DamagedRow[]
  /**
   * ms since the epoch by a clock that all who use the store share, and that a step of this machine's does not move. Absent
   * where that of the caller is all there is.
   */
  now?(): number
  /** Holds while the store answers; rejects otherwise. */
  ping(): Promise<void>
  /** Writes what is under way, then closes. */
  close(): Promise<void>
}
