import type { InstanceKey, InstanceRecord } from '../../records/instance.ts'

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
