import type { StoredContent } from '../../records/content.ts'
import type { OutcomeKey } from '../../records/outcome.ts'

export interface ContentStore {
  /** Stores contents. Existing ones with the same key stay, and contents of forgotten units are dropped. */
  putContent(contents: readonly StoredContent[]): Promise<void>
  content(key: OutcomeKey): Promise<StoredContent | undefined>
  setJudgement(key: OutcomeKey, judgement: unknown, score: number): Promise<void>
  /** Judged contents in ascending order of their scores. */
  worstContent(filter: {
    feature: string
    rolloutId?: string
    version?: string
    limit: number
  }): Promise<StoredContent[]>
  /**
   * Deletes contents that have expired by `now`, and erases all deleted ones from the files. Returns how many have
   * expired.
   */
  expireContent(now: number): Promise<number>
  /**
   * Deletes all contents of these features with their tasks, or only those that wait to be judged. Returns how many.
   */
  clearContents(features: readonly string[], which: 'all' | 'waiting'): Promise<number>
  /**
   * Makes contents of a feature expire at most `retentionMs` after they were stored. Returns how many the feature has.
   */
  shortenContents(feature: string, retentionMs: number): Promise<number>
  /** Deletes contents together with their tasks. */
  discard(keys: readonly OutcomeKey[]): Promise<void>
}
