import type { PromptTool, PromptToolChoice } from '@sluice/client'
import { z } from 'zod'
import { answerTraceSchema } from '../../records/answer-trace.ts'
import type { Message, ModelParameters, ResponseFormat } from '../suite/models/model.ts'
import type { ServerIdentity } from './server-identity.ts'
import { type StepPart, stepPartSchema } from './step-part.ts'

/** A request to a model. */
export interface ModelRequest {
  /** `provider:model` */
  model: string
  messages: RequestMessage[]
  parameters: ModelParameters
  format: ResponseFormat
  /** Tools that the model may call; absent for none. */
  tools?: readonly PromptTool[]
  toolChoice?: PromptToolChoice
  /** Random text inside the messages (the fence of a judge call). It is not part of the request's key. */
  nonce?: string
}

/** A request as a prompt makes it: nothing was answered yet. */
export interface PromptRequest extends ModelRequest {
  messages: Message[]
}

/** A message of a request: those of a prompt and, once tools were called, the calls and what came of them. */
export type RequestMessage = Message | StepMessage | ToolMessage

/** A message of the model in which it called tools, sent back as it came. */
interface StepMessage {
  role: 'assistant'
  /** Its text; may be empty. */
  content: string
  /** All its parts, in their order. */
  step: readonly StepPart[]
}

/** What came of one call. */
export interface ToolMessage {
  role: 'tool'
  /** The result as text; JSON for any other value. */
  content: string
  /** The id of the call. */
  callId: string
  /** The name of the tool as it was called. */
  tool: string
  isError: boolean
}

/** Identifies a call. */
export interface CallContext {
  caseId: string
  /** Number of the repeat, from 1. */
  repeat: number
  /** The `requestKey` of the request and the repeat. */
  key: string
  signal: AbortSignal
}

/** Tokens as the provider counted them. A count that it did not report is undefined, never 0. */
const usageSchema = z.object({
  /** All input tokens, with those read from and written to a cache. */
  inputTokens: z.number().exactOptional(),
  cachedInputTokens: z.number().exactOptional(),
  cacheWriteTokens: z.number().exactOptional(),
  /** All output tokens, with reasoning. */
  outputTokens: z.number().exactOptional(),
  reasoningTokens: z.number().exactOptional(),
})

export type Usage = z.output<typeof usageSchema>

/**
 * How an answer ended. `stop`: whole; `length`: cut off; `filter`: refused or blocked; `tools`: with a call of tools;
 * `steps`: still with calls of tools when no more steps were allowed; `other`: in another way, so it is not whole.
 */
const finishReasonSchema = z.enum(['stop', 'length', 'filter', 'tools', 'steps', 'other'])

/** A model's answer with its time and cost. */
export const completionSchema = z.object({
  output: z.string(),
  usage: usageSchema,
  /** Time of the successful attempt; undefined for a recording without it. */
  latencyMs: z.number().exactOptional(),
  /** Undefined means that the price is not known; it does not mean free. */
  costUsd: z.number().exactOptional(),
  /** The model that the provider reports; its name may be more exact than the requested one. */
  servedModel: z.string().exactOptional(),
  /** Who ran the model, where a gateway says it. */
  host: z.string().exactOptional(),
  /** The provider's fingerprint of its backend configuration, if it sends one. */
  fingerprint: z.string().exactOptional(),
  finishReason: finishReasonSchema,
  /** The provider's own reason for the end, if it says more than `finishReason`. */
  ended: z.string().exactOptional(),
  /** The text of a refusal, if the provider sends it apart from an answer. It is in `output` too. */
  refusal: z.string().exactOptional(),
  warnings: z.array(z.string()),
  /** The parts of a message that calls tools of the request; absent for any other answer. */
  step: z.array(stepPartSchema).readonly().exactOptional(),
  /** What was done on the way to the answer; absent where nothing was reported. */
  trace: answerTraceSchema.exactOptional(),
  /** When it was stored, in ms since the epoch; undefined for an answer of this run. */
  storedAt: z.number().exactOptional(),
})

export type Completion = z.output<typeof completionSchema>

export interface Embeddings {
  /** One vector per text, in the order of the texts. */
  vectors: number[][]
  inputTokens?: number
  /** Undefined means that the price is not known; it does not mean free. */
  costUsd?: number
}

/** A source of answers: a model API or files of recordings. It throws `ProviderError`s. */
export interface Provider {
  name: string
  /** False for recordings, which cost nothing and are never cached. */
  live: boolean
  /** The server behind a live provider. */
  server?(): ServerIdentity
  /** Prepares the first call, and throws if a key is missing. It sends no request. */
  prepare?(): Promise<void>
  complete(request: ModelRequest, context: CallContext): Promise<Completion>
  /** How many repeats of a case are recorded for a model. `model` is without the provider's name. */
  recordedRepeats?(caseId: string, model: string): Promise<number>
  embed?(model: string, texts: string[], signal: AbortSignal): Promise<Embeddings>
}
