import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** The number of a lease's holder. Each new holder of a name gets a higher number than all before it. */
export interface Fence {
  name: string
  number: number
}

/** The right to be the only process that does the work of this name. It expires unless it is renewed. */
export interface Lease {
  /** Passed with a commit. The store refuses the commit if another process holds the name by then. */
  readonly fence: Fence
  /** How long it lasts after it was taken or renewed, in ms; Infinity if it does not expire. */
  readonly lastsMs: number
  /** Whether it is still held, by this process's clock. In doubt it says no. */
  held(): boolean
  /** Renews it for its full time from now on. False if another process holds the name. */
  renew(): Promise<boolean>
  release(): Promise<void>
}

/** Which replica does the work of a name at present. */
interface LeaseRecord {
  name: string
  /** The replica: its host, its process id, and something random. */
  holder: string
  /** Whether this process holds it. */
  ours: boolean
  /** Time until it expires, in ms; null if it does not expire. */
  leftMs: number | null
}

export interface LeaseStore {
  /**
   * Tries to become the only holder of `name` among all replicas, for `forMs` (default `leaseMs`) by the store's clock.
   * Undefined while another replica holds it. It ends by time and not with the connection, so a replica that was frozen
   * for longer has lost it.
   */
  lead(name: string, options?: { forMs?: number }): Promise<Lease | undefined>
  /** The leases that are held, in order of their names. */
  leases(): Promise<LeaseRecord[]>
}

/** The longest time, in ms, that a name has no leader after its leader has failed. */
export const leaseMs = 10_000

/** A unique name for one opened store, e.g. `web-3 pid 17 a41f09c2`. */
export function replicaName(): string {
  return `${hostname()} pid ${process.pid} ${randomBytes(4).toString('hex')}`
}
