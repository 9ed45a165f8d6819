import type { StoredContent } from '../../records/content.ts'
import type { OutcomeKey } from '../../records/outcome.ts'

export interface ContentStore {
  /** What is there under the same key stays. Nothing is kept of units that are forgotten. */
  putContent(contents: readonly StoredContent[]): Promise<void>
  content(key: OutcomeKey): Promise<StoredContent | undefined>
  setJudgement(key: OutcomeKey, judgement: unknown, score: number): Promise<void>
  /** The worst judged first. */
  worstContent(filter: {
    feature: string
    rolloutId?: string
    version?: string
    limit: number
  }): Promise<StoredContent[]>
  /** Deletes what has expired by `now`, and that and all that was deleted before for real; returns how many have expired. */
  expireContent(now: number): Promise<number>
  /** Deletes contents of these features and their tasks: all, or those that wait to be judged. Returns how many. */
  clearContents(features: readonly string[], which: 'all' | 'waiting'): Promise<number>
  /** Contents of a feature then expire `retentionMs` after they were stored at the latest. Returns how many are left, of all. */
  shortenContents(feature: string, retentionMs: number): Promise<number>
  /** Deletes contents, and their tasks: nobody will judge or look at them. */
  discard(keys: readonly OutcomeKey[]): Promise<void>
}
