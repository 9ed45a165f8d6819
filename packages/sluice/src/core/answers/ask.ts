import type { ModelClient } from '../providers/client.ts'
import type { CallContext, Completion, ModelRequest, Provider } from '../providers/provider.ts'
import type { Providers } from '../providers/registry.ts'
import { providerName } from '../suite/models/model.ts'
import { type AnswerKeys, answerKeys, requestKey, storedAnswer } from './answer-keys.ts'
import type { AnswerLabels, AnswerStore } from './answer-store.ts'
import { completionOfVector, type EmbeddingRequest, embeddingKey } from './embeddings.ts'
import type { AnswerSource } from './ledger.ts'
import type { Spending } from './spending.ts'
import { endIfStopped } from './stop.ts'

/** A request to a model: for text, or for the vector of a text. */
type Request = ModelRequest | EmbeddingRequest

/** The context of a request: which repeat it is, and what its answer must be. */
export interface Question {
  caseId: string
  /** 1-based. */
  repeat: number
  /** Throws for an answer that is of no use. Such an answer is not kept, so that the next run asks again. */
  verify?(completion: Completion): void
  /** False for a completion that is no answer: it is returned, but neither stored nor taken from the store. */
  accepts?(completion: Completion): boolean
}

/** Asks a model. Whoever asks need not know whether the answer is paid for, kept from an earlier run or recorded. */
export type Ask<Asked extends Request = Request> = (request: Asked, question: Question) => Promise<Completion>

/** The labels and the ledger of a series of questions. */
interface Purpose extends Omit<AnswerLabels, 'model'> {
  /** Called with every answer, also with one that turns out to be of no use. */
  book(completion: Completion, source: AnswerSource, model: string): void
}

/** Makes the function that asks for one purpose. */
export type AskFor = (purpose: Purpose) => Ask

export interface AskOptions {
  store: AnswerStore
  /** Gets every paid answer. */
  spending?: Spending | undefined
  /** Answers given outside of this edition are not used. Runs without an edition use the answers of this one. */
  edition?: string | undefined
  client: ModelClient
  providers: Providers
  /** Once aborted, nothing new is asked for; what the store holds is still answered. */
  stop: AbortSignal
  /** Once aborted, calls under way are cut off too. */
  abort: AbortSignal
}

/**
 * Answers from the store, or asks the provider and stores the answer before it is used. One question is paid for once:
 * equal requests of the same repeat share one call, also while it is under way. Recordings are neither stored nor paid
 * for, so an edited recording counts at once.
 */
export function createAskFor({ store, spending, edition, client, providers, stop, abort }: AskOptions): AskFor {
  const underWay = new Map<string, Promise<Completion>>()
  const pay = async (asked: AskedQuestion, requested: string, keys: AnswerKeys) => {
    endIfStopped(stop)
    const { request, question, purpose } = asked
    const { caseId, repeat } = question
    const completion = await call(client, request, { caseId, repeat, key: requested, signal: abort })
    const { model } = request
    purpose.book(completion, 'provider', model)
    const labels = { stage: purpose.stage, feature: purpose.feature, model }
    try {
      question.verify?.(completion)
    } catch (error) {
      spending?.add(completion, labels)
      throw error
    }
    const isKept = question.accepts?.(completion) ?? true
    store.together(() => {
      if (isKept) for (const each of new Set([keys.key, keys.shared])) store.put(each, completion, labels)
      spending?.add(completion, labels)
    })
    return completion
  }
  const recorded = async (
    request: ModelRequest,
    { question, purpose }: AskedQuestion,
    key: string,
    provider: Provider,
  ) => {
    endIfStopped(stop)
    const { caseId, repeat } = question
    const completion = await provider.complete(request, { caseId, repeat, key, signal: abort })
    purpose.book(completion, 'recording', request.model)
    return completion
  }
  return (purpose) => async (request, question) => {
    const { model } = request
    const asked = { request, question, purpose }
    const requested = keyOf(request, question.repeat)
    const provider = await providers.get(providerName(model))
    if (!provider.live && !isEmbedding(request)) return recorded(request, asked, requested, provider)
    const keys = answerKeys(requested, provider.server?.(), edition)
    const { key } = keys
    // Both are looked up without an await between them: otherwise an equal request could be paid for twice.
    const stored = storedAnswer(store, keys)
    const kept = (stored && (question.accepts?.(stored) ?? true) ? stored : undefined) ?? underWay.get(key)
    if (kept) {
      const completion = await kept
      client.answered(model)
      purpose.book(completion, 'cache', model)
      return completion
    }
    const paid = pay(asked, requested, keys)
    underWay.set(key, paid)
    try {
      return await paid
    } finally {
      underWay.delete(key)
    }
  }
}

interface AskedQuestion {
  request: Request
  question: Question
  purpose: Purpose
}

/** Asks the client every time, and keeps no answer. */
export function createDirectAsk(client: Pick<ModelClient, 'complete'>, signal: AbortSignal): Ask<ModelRequest> {
  return (request, { caseId, repeat }) =>
    client.complete(request, { caseId, repeat, key: requestKey(request, repeat), signal })
}

async function call(client: ModelClient, request: Request, context: CallContext): Promise<Completion> {
  if (!isEmbedding(request)) return client.complete(request, context)
  return completionOfVector(await client.embed(request.model, [request.embed], context.signal))
}

const isEmbedding = (request: Request): request is EmbeddingRequest => 'embed' in request

function keyOf(request: Request, repeat: number): string {
  return isEmbedding(request) ? embeddingKey(request) : requestKey(request, repeat)
}

/** Whether the store holds the answer to a request. It never holds a recorded answer. */
export type IsKept = (request: ModelRequest, repeat: number) => Promise<boolean>

export function createIsKept({
  store,
  edition,
  providers,
}: Pick<AskOptions, 'store' | 'edition' | 'providers'>): IsKept {
  return async (request, repeat) => {
    const provider = await providers.get(providerName(request.model))
    const keys = answerKeys(requestKey(request, repeat), provider.server?.(), edition)
    return storedAnswer(store, keys) !== undefined
  }
}
