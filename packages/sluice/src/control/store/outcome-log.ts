import type { LogDraft, LogEntry, OutcomeKey } from '../../records/outcome.ts'

/** What became of an entry. `refused`: no store can keep it, however often it is tried; nothing of it was written. */
export type Appended = 'accepted' | 'duplicate' | 'refused'

/** The append-only record of production. The evidence of every decision is a fold over it, in the order of seq. */
export interface OutcomeLog {
  /** Durable when it resolves. Per entry, in order: `duplicate` where the feature knows the id, also from the same call, or the unit is forgotten. */
  append(entries: readonly LogDraft[]): Promise<Appended[]>
  /** Entries with seq > `after`, in order of seq. */
  readLog(page: { after: number; limit: number; feature?: string; rolloutId?: string }): Promise<LogEntry[]>
  entry(key: OutcomeKey): Promise<LogEntry | undefined>
  /** Those of these that are known and can be read, in any order. */
  entries(keys: readonly OutcomeKey[]): Promise<LogEntry[]>
  /** Called after appends, also those of other replicas; may come late, doubled or summed up. Returns how to stop it. */
  onAppend(listener: () => void): () => void
  /** Deletes the entries received before `before` (ms) whose rollout, if any, has ended; returns how many. */
  pruneLog(before: number): Promise<number>
}
