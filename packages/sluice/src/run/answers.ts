import { SluiceError } from '../errors.ts'
import type { ModelClient } from '../providers/client.ts'
import type { Completion, ModelRequest } from '../providers/provider.ts'
import type { Providers } from '../providers/registry.ts'
import { requestKey } from '../providers/request-key.ts'
import { parseModelId } from '../suite/model.ts'
import type { AnswerLabels, AnswerStore } from './answer-store.ts'
import type { AnswerSource } from './ledger.ts'

export interface Answer {
  completion: Completion
  source: AnswerSource
}

export interface AskContext extends Omit<AnswerLabels, 'model'> {
  caseId: string
  /** 1-based. */
  repeat: number
}

/** Answers a request from the store, or asks the provider and stores the answer before it is used. */
export type Ask = (request: ModelRequest, context: AskContext) => Promise<Answer>

export interface AskOptions {
  store: AnswerStore
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
export function createAsk({ store, client, providers, stop, abort }: AskOptions): Ask {
  const underWay = new Map<string, Promise<Completion>>()
  const pay = async (request: ModelRequest, context: AskContext, key: string) => {
    stopIfAsked(stop)
    const completion = await client.complete(request, { ...context, key, signal: abort })
    store.put(key, completion, { ...context, model: request.model })
    return completion
  }
  return async (request, context) => {
    const key = requestKey(request, context.repeat)
    const provider = await providers.get(parseModelId(request.model)?.provider ?? request.model)
    if (!provider.live) {
      stopIfAsked(stop)
      const completion = await provider.complete(request, { ...context, key, signal: abort })
      return { completion, source: 'recording' }
    }
    const known = store.get(key)
    if (known) return { completion: known, source: 'cache' }
    const shared = underWay.get(key)
    if (shared) return { completion: await shared, source: 'cache' }
    const paid = pay(request, context, key)
    underWay.set(key, paid)
    try {
      return { completion: await paid, source: 'provider' }
    } finally {
      underWay.delete(key)
    }
  }
}

function stopIfAsked(stop: AbortSignal): void {
  if (stop.aborted) throw new SluiceError('interrupted', 'stopped before the run was complete')
}
