import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** Which holder of a name somebody is: each new one has a higher number than all before it. */
export interface Fence {
  name: string
  number: number
}

/** The right to be the only one that does the work of a name. It ends by itself unless it is renewed. */
export interface Lease {
  /** Sent with a commit, it has a write refused that arrives when another holds the name. */
  readonly fence: Fence
  /** How long it lasts after it was taken or renewed, in ms; Infinity where it does not end by itself. */
  readonly lastsMs: number
  /** Whether it still lasts, by this process's clock, which errs on the side of no. */
  held(): boolean
  /** Makes it last for its time from now on. False where another one holds the name meanwhile. */
  renew(): Promise<boolean>
  release(): Promise<void>
}

/** Who does the work of a name at present. */
interface LeaseRecord {
  name: string
  /** The replica: its host, its process id, and something random. */
  holder: string
  /** It is this store's. */
  ours: boolean
  /** How long it lasts from now on unless it is renewed, in ms; null where it does not end by itself. */
  leftMs: number | null
}

export interface LeaseStore {
  /**
   * Tries to become the only holder of `name` among all replicas, for `forMs` by the store's clock (default
   * `leaseMs`). Undefined while another holds it. It ends with its time, not with a connection: a replica that froze
   * has lost it when it goes on.
   */
  lead(name: string, options?: { forMs?: number }): Promise<Lease | undefined>
  /** Those that last, in order of their names. */
  leases(): Promise<LeaseRecord[]>
}

/** How long a name stays without a leader, at most, when the one that it has falls silent, in ms. */
export const leaseMs = 10_000

/** What one opening of a store is called among all that ever open it, e.g. `web-3 pid 17 a41f09c2`. */
export function replicaName(): string {
  return `${hostname()} pid ${process.pid} ${randomBytes(4).toString('hex')}`
}
