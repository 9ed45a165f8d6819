import type { Message, ModelParameters, ResponseFormat } from '../suite/models/model.ts'
import type { ServerIdentity } from './server-identity.ts'

/** What is asked of a model. */
export interface ModelRequest {
  /** `provider:model` */
  model: string
  messages: Message[]
  parameters: ModelParameters
  format: ResponseFormat
  /** Random text inside the messages (the fence of a judge call); it is no part of the request's key. */
  nonce?: string
}

/** Which call this is. */
export interface CallContext {
  caseId: string
  /** 1-based. */
  repeat: number
  /** `requestKey` of the request and the repeat. */
  key: string
  signal: AbortSignal
}

/** Tokens as the provider counted them; what it did not report is undefined, never 0. */
export interface Usage {
  /** All input tokens, those read from and written to a cache included. */
  inputTokens?: number
  cachedInputTokens?: number
  cacheWriteTokens?: number
  /** All output tokens, reasoning included. */
  outputTokens?: number
  reasoningTokens?: number
}

/**
 * How an answer ended: `stop` whole, `length` cut off, `filter` refused or blocked, `tools` with a call of tools, `other`
 * in any other way, whereupon it is not whole.
 */
type FinishReason = 'stop' | 'length' | 'filter' | 'tools' | 'other'

/** A model's answer and what it took. */
export interface Completion {
  output: string
  usage: Usage
  /** Of the attempt that succeeded. Undefined for a recording without it. */
  latencyMs?: number
  /** Undefined means unpriced, not free. */
  costUsd?: number
  /** The model that the provider says has answered; it may be more exact than the one asked for. */
  servedModel?: string
  /** The provider's mark of its backend configuration, where it gives one. */
  fingerprint?: string
  finishReason: FinishReason
  /** How it ended in the provider's own words, where `finishReason` does not say it all. */
  ended?: string
  /** The words in which the model refuses, where the provider tells them from an answer; they are in `output` too. */
  refusal?: string
  warnings: string[]
  /** When the store got it, in ms since the epoch; undefined for an answer of this very run. */
  storedAt?: number
}

export interface Embeddings {
  /** One vector per text, in the order of the texts. */
  vectors: number[][]
  inputTokens?: number
  /** Undefined means unpriced, not free. */
  costUsd?: number
}

/** One source of answers: a model API or a file of recordings. Errors are `ProviderError`s. */
export interface Provider {
  name: string
  /** False for recordings: they cost nothing now and are never cached. */
  live: boolean
  /** Who answers for this name, of a live provider. */
  server?(): ServerIdentity
  /** Does what the first call would do first; finds out whether a key is missing without asking anything. */
  prepare?(): Promise<void>
  complete(request: ModelRequest, context: CallContext): Promise<Completion>
  /** How many repeats of a case are recorded for a model, `model` without the provider's name. */
  recordedRepeats?(caseId: string, model: string): Promise<number>
  embed?(model: string, texts: string[], signal: AbortSignal): Promise<Embeddings>
}
