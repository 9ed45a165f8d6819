/** A process with a client in it, and what it has applied. */
export interface InstanceRecord {
  instance: string
  epoch: string
  revision: number
  hash: string
  client: string | null
  stale: boolean
  /** Token id, which tells the features it may see. */
  tokenId: string | null
  /** ms since the epoch. */
  firstSeenAt: number
  seenAt: number
}

/** Who runs what. Not part of any promise of durability. */
export interface InstanceStore {
  /** Inserts or replaces by instance, keeping `firstSeenAt`. */
  acknowledge(reports: readonly InstanceRecord[]): Promise<void>
  forgetInstance(instance: string): Promise<void>
  /** Those seen at or after `since` (ms), in order of their name. */
  instances(since: number): Promise<InstanceRecord[]>
  onAcknowledge(listener: () => void): () => void
}
