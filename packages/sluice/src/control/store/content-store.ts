import type { OutcomeKey } from './outcome-log.ts'

/** Input and output of a request, redacted, kept only where the feature allows it. Its key is the outcome's. */
export interface StoredContent extends OutcomeKey {
  version: string
  rolloutId: string | null
  unit: string | null
  input: Record<string, unknown>
  output: string
  /** The judge's answer once there is one: score and items. */
  judgement: unknown
  /** In [0,1]; null until judged. */
  score: number | null
  /** ms since the epoch. */
  storedAt: number
  expiresAt: number
}

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
