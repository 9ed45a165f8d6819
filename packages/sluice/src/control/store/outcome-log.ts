import type { Arm } from '@sluice/client'

/** What names an outcome, its content and its task: ids of different features have nothing to do with each other. */
export interface OutcomeKey {
  feature: string
  /** Unique in the feature. */
  id: string
}

/** Common to everything that production reported. */
interface LogFields extends OutcomeKey {
  version: string
  rolloutId: string | null
  /** As reported. */
  arm: Arm | null
  /** As reported: the stage that the client routed by. */
  stage: number | null
  /** Keyed hash of the unit, 16 hex; null where none was given. */
  unit: string | null
  /** Where the unit stands in its rollout, 0 to 999,999; null without a rollout or unit. */
  position: number | null
  /** ms since the epoch, the client's clock. */
  observedAt: number
  /** ms since the epoch, the server's clock. */
  receivedAt: number
  /** Id of the token that reported it; a score has its request's. Null or absent: not known, from a version that did not note it. */
  tokenId?: string | null | undefined
  /** Of the same entry, the process as it calls itself, e.g. `app-7 3f2a91bc`, and the keyed hash of its address, 8 hex. Null or absent: not known. */
  instance?: string | null | undefined
  address?: string | null | undefined
}

/** A request of production. */
export interface RequestEntry extends LogFields {
  kind: 'request'
  latencyMs: number | null
  costUsd: number | null
  inputTokens: number | null
  outputTokens: number | null
  /** Its type, e.g. `TimeoutError`; before 0.2 its words. Null where the request did not fail. */
  error: string | null
  refusal: boolean
  invalid: boolean
  outputChars: number | null
  servedModel: string | null
  fingerprint: string | null
  /** It was among those that send their content along, whether or not it is judged then. Absent: not known. */
  captured?: boolean | undefined
}

/** The judge's score of a request, logged when it is known. */
export interface ScoreEntry extends LogFields {
  kind: 'score'
  /** Id of the request's entry. */
  of: string
  /** In [0,1]. */
  score: number
  judgeId: string
  /** Probability with which a request of this arm was chosen to be judged, in (0,1]. */
  sampled: number
  /** The same for the other arm. */
  sampledOther: number
  judgeUsd: number | null
  /** Characters of the request's input, which is the same whoever answers it. Null or absent: not known. */
  inputChars?: number | null | undefined
}

/** What a user thought. */
export interface FeedbackEntry extends LogFields {
  kind: 'feedback'
  of: string
  score: number
  /** Always null: texts of users are not logged. Entries of older versions may have one. */
  comment: string | null
  /** No request of its rollout was known by the id in `of` when it came: it is kept, and no evidence. */
  stray?: boolean | undefined
}

export type LogDraft = RequestEntry | ScoreEntry | FeedbackEntry
export type LogEntry = LogDraft & {
  /** Place in the log: strictly increasing in the order of commit, so that a reader that has seen n misses nothing <= n. */
  seq: number
}

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
