import type { InstanceKey, InstanceRecord } from '../../records/instance.ts'

/** Which instance runs what. These rows need not be durable. */
export interface InstanceStore {
  /**
   * Inserts or replaces reports by key, keeping `firstSeenAt`. Of two reports with one key the last counts. A report
   * with revision -1, of a process that has no snapshot yet, replaces none. A token has at most `mostInstances`: above
   * this limit, instances whose `mayServeUntil` has passed are forgotten, and if that is not enough, new ones are left
   * out. Resolves to the number of those left out.
   */
  acknowledge(reports: readonly InstanceRecord[]): Promise<number>
  forgetInstance(key: InstanceKey): Promise<void>
  /** The instances whose `mayServeUntil` is `at` (ms) or later, in order of name and process. */
  instances(at: number): Promise<InstanceRecord[]>
  /** Forgets some of the instances whose `mayServeUntil` was before `at` (ms). True if more are left. */
  forgetSilent(at: number): Promise<boolean>
  onAcknowledge(listener: () => void): () => void
}

/** How many instances one token may have. */
export const mostInstances = 10_000
/** How many rows are forgotten in one transaction. */
export const forgottenAtATime = 1000

/** Reports of one process have the same key. */
export function instanceKey({ tokenId, instance, process }: InstanceKey): string {
  return JSON.stringify([tokenId ?? '', instance, process])
}

/** Whether the report is of a process that has no snapshot yet. */
export function isRegistration({ revision }: InstanceRecord): boolean {
  return revision === -1
}

/** The last report of each process, since one SQL statement cannot change a row twice. */
export function lastOfEach(reports: readonly InstanceRecord[]): InstanceRecord[] {
  return [...new Map(reports.map((report) => [instanceKey(report), report])).values()]
}
