/** Which process with a client in it: two of one name are two, and nobody speaks in the name of another token's. */
export interface InstanceKey {
  /** Tells the features that it may see. */
  tokenId: string | null
  /** As it calls itself. */
  instance: string
  /** Random, made by each client at its start; empty where an older client tells none. */
  process: string
}

/** A process, and what it has applied. */
export interface InstanceRecord extends InstanceKey {
  epoch: string
  revision: number
  hash: string
  /** What it says that it has is what this store has given out. False: it may serve anything. */
  known: boolean
  client: string | null
  /** It sends everybody to the incumbent. */
  stale: boolean
  /** ms since the epoch, all three. */
  firstSeenAt: number
  seenAt: number
  /** From then on it gives nobody a canary unless it hears of the control plane again. */
  mayServeUntil: number
}

/** Who runs what. Not part of any promise of durability. */
export interface InstanceStore {
  /**
   * Inserts or replaces by key, keeping `firstSeenAt`; of two with one key the last counts. One of revision -1, that
   * of a process which has nothing yet, replaces none. A token has at most
   * `mostInstances`: beyond it those whose `mayServeUntil` has passed are forgotten, and then new ones are left out.
   * Resolves to how many were.
   */
  acknowledge(reports: readonly InstanceRecord[]): Promise<number>
  forgetInstance(key: InstanceKey): Promise<void>
  /** Those with a `mayServeUntil` of `at` (ms) or later, in order of name and process. */
  instances(at: number): Promise<InstanceRecord[]>
  /** Forgets some of those whose `mayServeUntil` was before `at` (ms); true where more are left. */
  forgetSilent(at: number): Promise<boolean>
  onAcknowledge(listener: () => void): () => void
}

/** Of one token. */
export const mostInstances = 10_000
/** Rows that are forgotten in one transaction. */
export const forgottenAtATime = 1000

/** By this two reports are of one process. */
export function instanceKey({ tokenId, instance, process }: InstanceKey): string {
  return JSON.stringify([tokenId ?? '', instance, process])
}

/** Whether it only says that it is there. */
export function isGreeting({ revision }: InstanceRecord): boolean {
  return revision === -1
}

/** One statement may not change a row twice. */
export function lastOfEach(reports: readonly InstanceRecord[]): InstanceRecord[] {
  return [...new Map(reports.map((report) => [instanceKey(report), report])).values()]
}
