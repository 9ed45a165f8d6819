import type { PromptInput } from './prompt/inputs.ts'

/** The types of the JSON that client and control plane exchange. The server checks it with schemas of its own. */

export type Arm = 'incumbent' | 'canary'

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** The form in which the model must answer. */
export type PromptFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown> }

/** A tool that the model may call. The application runs it. */
export interface PromptTool {
  name: string
  description?: string
  /** JSON Schema of the arguments, an object. */
  parameters: Record<string, unknown>
}

/** What the first message of the model must do about tools; after it the model chooses. */
export type PromptToolChoice = 'auto' | 'required' | 'none' | { name: string }

/** One immutable prompt version, as an application needs it. */
export interface PromptVersion {
  /**
   * First 12 hex digits of the SHA-256 of messages, model, parameters, format and, where there are any, inputs and
   * tools.
   */
  id: string
  label?: string
  /** `provider:model` */
  model: string
  parameters: Record<string, unknown>
  messages: PromptMessage[]
  format: PromptFormat
  /** Whether `{{ x }}` may have spaces, and an unknown variable is an error. */
  strict: boolean
  /** What the variables must be. */
  inputs?: Record<string, PromptInput>
  tools?: PromptTool[]
  toolChoice?: PromptToolChoice
  /** How many messages the model may write until it answers without a call; the gate's default is 10. */
  maxSteps?: number
}

/** A rollout as routing needs it. Shares are in parts per million. */
export interface RolloutSnapshot {
  id: string
  algorithm: 'murmur3-x86-32/ppm'
  salt: string
  /** Index of the stage; the first one is 0. */
  stage: number
  /** The canary's share, 0 to 1,000,000. */
  ppm: number
  incumbent: string
  canary: string
}

/** The share of requests whose input and output are sent too, so that the control plane can have them judged. */
export interface Capture {
  /** Share of requests of the arm, in ppm. `incumbent` also counts while no rollout is running. */
  incumbent: number
  canary: number
}

export interface FeatureSnapshot {
  /** Id of the version for all who are not in a canary; while a rollout is running, its incumbent. */
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
  /** First 16 hex digits of the SHA-256 of the canonical JSON of `features`. */
  hash: string
  features: Record<string, FeatureSnapshot>
}

/** `event: change` of a stream: the difference between the snapshot before and the next one. */
export interface SnapshotChange {
  schema: 'sluice.change/1'
  epoch: string
  /** The change applies only to this snapshot of the epoch. */
  from: { revision: number; hash: string }
  revision: number
  /** Hash of the result. */
  hash: string
  /** The changed features; null: the feature was removed. */
  features: Record<string, FeatureSnapshot | null>
}

/** One call of a tool. What is missing or null is not known. */
export interface ReportedToolCall {
  id?: string | null
  name: string
  /** A JSON value. */
  arguments?: unknown
  /** The arguments as the model wrote them, if they are no JSON. */
  unreadable?: string
  result?: unknown
  /** How the tool failed. */
  error?: string | null
  durationMs?: number | null
}

/** The messages from the user's first one to the answer. Each one of the assistant is a step. */
export interface ReportedTrajectory {
  messages: { role: 'user' | 'assistant'; text?: string | null; calls?: ReportedToolCall[] }[]
}

interface Reported {
  /** Unique. An id that is sent again counts once. */
  id: string
  feature: string
  /** Id of the version: 12 hex digits. */
  version: string
  /** This, `arm` and `stage` come from the route; missing if no rollout was running. */
  rolloutId?: string
  arm?: Arm
  /** The stage in the client's snapshot when it routed the request. */
  stage?: number
  /** The unit given to `route()`; stored only as a keyed hash. */
  unit?: string
  /** ISO 8601, by the client's clock. */
  observedAt: string
}

/** One production request, as the application reports it. */
export interface RequestOutcome extends Reported {
  kind?: 'request'
  latencyMs?: number
  costUsd?: number
  inputTokens?: number
  outputTokens?: number
  /** A short description of the error. If it is there, the request failed. */
  error?: string
  /** The model refused to answer. `invalid`: the answer did not have the promised form. */
  refusal?: boolean
  invalid?: boolean
  /** The variables of the prompt. Sent, like `output`, only for requests that `capture` chooses. */
  input?: Record<string, unknown>
  output?: string
  /** How many messages the model wrote, the answer included. */
  steps?: number
  /** How often each tool was called: at most 64 names of up to 128 letters, digits and `_ . : / -`. */
  toolCalls?: Record<string, number>
  /** Sent, like `trajectoryRef`, only with input and output: at most 100,000 bytes as JSON. */
  trajectory?: ReportedTrajectory
  /** Where the application keeps it, e.g. a trace id: up to 1,000 characters. It is never fetched. */
  trajectoryRef?: string
  /** The probability with which `capture` chose this request, in (0,1]. */
  captured?: number
  /** The model that the provider reports. */
  servedModel?: string
  fingerprint?: string
}

/** A user's feedback on an answer, possibly much later. */
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
  /** Invalid fields of accepted outcomes; they were left out or cut. */
  dropped?: { index: number; field: string; code: string; message: string }[]
}

/** `POST /v1/acks`: what an instance has applied. It is sent after each change and as a heartbeat. */
export interface Acknowledgement {
  /** Name of the process. */
  instance: string
  /** Random id that each client makes at its start, since several processes may have the same name. */
  process?: string
  epoch: string
  revision: number
  hash: string
  /** E.g. `@sluice/client 0.1.0`. */
  client?: string
  /** The instance serves only the incumbent, because its snapshot was not confirmed for too long. */
  stale?: boolean
  /** For how many ms the instance serves a canary without contact with the control plane. */
  maxStaleMs?: number
  /** The process ends: forget this instance. */
  leaving?: boolean
}

/** The present snapshot of the control plane. An instance that has another one fetches it. */
export interface AcknowledgementResponse {
  epoch: string
  revision: number
  hash: string
  /** Whether the control plane has sent the reported snapshot to this token. */
  known?: boolean
  /** After how many ms the next heartbeat is expected. */
  heartbeatMs: number
}
