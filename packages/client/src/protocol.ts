/** What client and control plane say to each other, as JSON. The server's schemas check it; these are its types. */

export type Arm = 'incumbent' | 'canary'

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** The form of the answer that the model is held to. */
export type PromptFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown> }

/** One immutable prompt version, as an application needs it. */
export interface PromptVersion {
  /** 12 hex: the first of the SHA-256 of messages, model, parameters and format. */
  id: string
  label?: string
  /** `provider:model` */
  model: string
  parameters: Record<string, unknown>
  messages: PromptMessage[]
  format: PromptFormat
  /** `{{ x }}` may hold spaces and an unknown variable is an error. */
  strict: boolean
}

/** A canary as routing needs it. All shares in parts per million. */
export interface RolloutSnapshot {
  id: string
  algorithm: 'murmur3-x86-32/ppm'
  salt: string
  /** 0-based. */
  stage: number
  /** The canary's share, 0 to 1,000,000. */
  ppm: number
  incumbent: string
  canary: string
}

/** Which requests send their input and output along, so that the control plane can have them judged. */
export interface Capture {
  /** Share of requests by arm, in ppm; `incumbent` also where no rollout is running. */
  incumbent: number
  canary: number
}

export interface FeatureSnapshot {
  /** What everybody gets who is not in a canary; the rollout's incumbent while one is running. */
  active: string
  rollout?: RolloutSnapshot
  capture?: Capture
  /** The versions named above, by id. */
  versions: Record<string, PromptVersion>
}

/** All that a client needs to route. */
export interface Snapshot {
  schema: 'sluice.snapshot/1'
  /** Random id of the store. Revisions of different epochs are not comparable; within one they only grow. */
  epoch: string
  revision: number
  /** First 16 hex of the SHA-256 of the canonical JSON of `features`. */
  hash: string
  features: Record<string, FeatureSnapshot>
}

/** `event: change` of a stream: the way from the snapshot before to the next one. */
export interface SnapshotChange {
  schema: 'sluice.change/1'
  epoch: string
  /** Applies to this snapshot of the epoch alone. */
  from: { revision: number; hash: string }
  revision: number
  /** Of the result. */
  hash: string
  /** Those that changed; null: gone. */
  features: Record<string, FeatureSnapshot | null>
}

interface Reported {
  /** Unique; the same id again counts once. */
  id: string
  feature: string
  /** 12 hex. */
  version: string
  /** All four from the route; absent where no rollout was running. */
  rolloutId?: string
  arm?: Arm
  /** The stage that the client routed by. */
  stage?: number
  /** Who the request was for, as given to `route()`; stored only as a keyed hash. */
  unit?: string
  /** ISO 8601, the client's clock. */
  observedAt: string
}

/** One production request, as the application reports it. */
export interface RequestOutcome extends Reported {
  kind?: 'request'
  latencyMs?: number
  costUsd?: number
  inputTokens?: number
  outputTokens?: number
  /** What went wrong, in short; present means that the request failed. */
  error?: string
  /** The model refused, or its answer was not of the promised form. */
  refusal?: boolean
  invalid?: boolean
  /** Sent only where `capture` says so: the variables of the prompt, and the answer. */
  input?: Record<string, unknown>
  output?: string
  /** The probability with which `capture` chose this request, in (0,1]. */
  captured?: number
  /** What the provider says it served. */
  servedModel?: string
  fingerprint?: string
}

/** What a user thought of an answer, possibly much later. */
export interface FeedbackOutcome extends Reported {
  kind: 'feedback'
  /** The request's outcome id. */
  of: string
  /** In [0,1]; a thumb is 0 or 1. */
  score: number
  comment?: string
}

export type Outcome = RequestOutcome | FeedbackOutcome

/** `POST /v1/outcomes`: at most 1,000 at a time. */
export interface OutcomesRequest {
  outcomes: Outcome[]
}

export interface OutcomesResponse {
  accepted: number
  duplicates: number
  rejected: { index: number; code: string; message: string }[]
  /** Fields without which outcomes were taken, or that were cut, because something was wrong with them. */
  dropped?: { index: number; field: string; code: string; message: string }[]
}

/** `POST /v1/acks`: what an instance has applied, sent after each change and as a heartbeat. */
export interface Acknowledgement {
  /** What the process calls itself. */
  instance: string
  /** Random, made by each client at its start: tells namesakes apart. */
  process?: string
  epoch: string
  revision: number
  hash: string
  /** E.g. `@sluice/client 0.1.0`. */
  client?: string
  /** Everybody is sent to the incumbent because the snapshot is too old to trust a canary. */
  stale?: boolean
  /** How long a canary is trusted without word from the control plane. */
  maxStaleMs?: number
  /** The process ends: forget this instance. */
  leaving?: boolean
}

/** What the control plane has: where it differs, the instance missed something and asks for the snapshot. */
export interface AcknowledgementResponse {
  epoch: string
  revision: number
  hash: string
  /** What was reported is what the control plane has given out. */
  known?: boolean
  /** When the next heartbeat is expected. */
  heartbeatMs: number
}
