import type { LogDraft, LogEntry, OutcomeKey } from '../../records/outcome.ts'

/** So many entries of the log are read at once. The more there are, the less often the same users are written. */
export const logPageSize = 4000

/** The result for an entry. `refused`: no store can ever keep it, and nothing was written. */
export type Appended = 'accepted' | 'duplicate' | 'refused'

/** The append-only log of production. The evidence of every decision is computed from it, in the order of seq. */
export interface OutcomeLog {
  /**
   * Appends entries; they are durable when it resolves. The results are in the order of the entries. `duplicate`: the
   * feature has the id already, also from the same call, or the unit is forgotten.
   */
  append(entries: readonly LogDraft[]): Promise<Appended[]>
  /** The entries with seq > `after`, in order of seq. */
  readLog(page: { after: number; limit: number; feature?: string; rolloutId?: string }): Promise<LogEntry[]>
  /**
   * Which of these features have an entry, readable or not, with a seq above that beside its name. In one question for
   * all.
   */
  withEntriesAfter(seqs: ReadonlyMap<string, number>): Promise<Set<string>>
  entry(key: OutcomeKey): Promise<LogEntry | undefined>
  /** The entries with these keys, in any order. Unknown and unreadable ones are left out. */
  entries(keys: readonly OutcomeKey[]): Promise<LogEntry[]>
  /**
   * Calls `listener` after appends, also of other replicas; calls may be late, doubled or merged. It is told which
   * rollouts have new entries, or null where that is not known. Returns a function that stops it.
   */
  onAppend(listener: (rollouts: readonly string[] | null) => void): () => void
  /** Deletes entries that arrived before `before` (ms) and whose rollout, if any, has ended. Returns how many. */
  pruneLog(before: number): Promise<number>
}

/** The rollouts that these entries are of, each once. */
export function rolloutsOf(entries: readonly Pick<LogDraft, 'rolloutId'>[]): string[] {
  return [...new Set(entries.map(({ rolloutId }) => rolloutId).filter((id) => id !== null))]
}

/** Where the log can be opened once more: the file of a SQLite store, or the URL of a database with its password. */
export type LogPlace = { file: string } | { databaseUrl: string }

/** A log that was opened to be read alone. */
export interface OpenLog extends Pick<OutcomeLog, 'readLog'> {
  close(): Promise<void>
}
