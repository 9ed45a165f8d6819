import type { ModelClient } from '../providers/client.ts'
import type { Completion, ModelRequest, Provider } from '../providers/provider.ts'
import type { Providers } from '../providers/registry.ts'
import { requestKey } from '../providers/request-key.ts'
import { parseModelId } from '../suite/model.ts'
import { type AnswerKeys, answerKeys, storedAnswer } from './answer-keys.ts'
import type { AnswerLabels, AnswerStore } from './answer-store.ts'
import type { AnswerSource } from './ledger.ts'
import type { Spending } from './spending.ts'
import { endIfStopped } from './stop.ts'

export interface AskContext extends Omit<AnswerLabels, 'model'> {
  caseId: string
  /** 1-based. */
  repeat: number
  /** Told of every answer, also of one that turns out to be of no use. */
  book(completion: Completion, source: AnswerSource): void
  /** Throws for an answer that is of no use: it is not kept, so that the next run asks again. */
  verify?(completion: Completion): void
  /** False for what is no answer: it is handed on, but not kept, and not taken from what was kept either. */
  accepts?(completion: Completion): boolean
}

/** Answers a request from the store, or asks the provider and stores the answer before it is used. */
export type Ask = (request: ModelRequest, context: AskContext) => Promise<Completion>

export interface AskOptions {
  store: AnswerStore
  /** Told of every paid answer. */
  spending?: Spending | undefined
  /** What was asked outside of this edition is asked anew; everybody else finds the new answers. */
  edition?: string | undefined
  client: ModelClient
  providers: Providers
  /** Once aborted, nothing new is asked for; what the store holds is still answered. */
  stop: AbortSignal
  /** Once aborted, calls under way are cut off too. */
  abort: AbortSignal
}

/**
 * One question is paid for once: equal requests of the same repeat share one call, also while it is under way.
 * Recordings are neither stored nor paid for, so an edited recording counts at once.
 */
export function createAsk({ store, spending, edition, client, providers, stop, abort }: AskOptions): Ask {
  const underWay = new Map<string, Promise<Completion>>()
  const pay = async (request: ModelRequest, context: AskContext, requested: string, keys: AnswerKeys) => {
    endIfStopped(stop)
    const { caseId, repeat, stage, feature } = context
    const completion = await client.complete(request, { caseId, repeat, key: requested, signal: abort })
    context.book(completion, 'provider')
    const labels = { stage, feature, model: request.model }
    try {
      context.verify?.(completion)
    } catch (error) {
      spending?.add(completion, labels)
      throw error
    }
    const isKept = context.accepts?.(completion) ?? true
    store.together(() => {
      if (isKept) for (const each of new Set([keys.key, keys.shared])) store.put(each, completion, labels)
      spending?.add(completion, labels)
    })
    return completion
  }
  const recorded = async (request: ModelRequest, context: AskContext, key: string, provider: Provider) => {
    endIfStopped(stop)
    const { caseId, repeat } = context
    const completion = await provider.complete(request, { caseId, repeat, key, signal: abort })
    context.book(completion, 'recording')
    return completion
  }
  return async (request, context) => {
    const requested = requestKey(request, context.repeat)
    const provider = await providers.get(parseModelId(request.model)?.provider ?? request.model)
    if (!provider.live) return recorded(request, context, requested, provider)
    const keys = answerKeys(requested, provider.server?.(), edition)
    const { key } = keys
    // Both are looked up in one go: an await between them would let an equal request slip past.
    const stored = storedAnswer(store, keys)
    const kept = (stored && (context.accepts?.(stored) ?? true) ? stored : undefined) ?? underWay.get(key)
    if (kept) {
      const completion = await kept
      client.answered(request.model)
      context.book(completion, 'cache')
      return completion
    }
    const paid = pay(request, context, requested, keys)
    underWay.set(key, paid)
    try {
      return await paid
    } finally {
      underWay.delete(key)
    }
  }
}

/** Whether the store holds the answer to a request; of recordings there is none to hold. */
export type IsKept = (request: ModelRequest, repeat: number) => Promise<boolean>

export function createIsKept({
  store,
  edition,
  providers,
}: Pick<AskOptions, 'store' | 'edition' | 'providers'>): IsKept {
  return async (request, repeat) => {
    const provider = await providers.get(parseModelId(request.model)?.provider ?? request.model)
    const keys = answerKeys(requestKey(request, repeat), provider.server?.(), edition)
    return storedAnswer(store, keys) !== undefined
  }
}
