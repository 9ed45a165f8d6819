import { createHash } from 'node:crypto'
import type { ModelClient } from '../providers/client.ts'
import type { Completion } from '../providers/provider.ts'
import type { Providers } from '../providers/registry.ts'
import { parseModelId } from '../suite/model.ts'
import { canonicalJson } from '../suite/version.ts'
import { answerKeys, storedAnswer } from './answer-keys.ts'
import type { AnswerStore } from './answer-store.ts'
import type { AnswerSource } from './ledger.ts'
import type { Spending } from './spending.ts'
import { endIfStopped } from './stop.ts'

interface EmbedContext {
  feature: string
  signal: AbortSignal
  /** Told of every vector, as of any other answer. */
  book(completion: Completion, source: AnswerSource): void
}

/** The vector of a text. `model` is `provider:model`. */
export type EmbedText = (model: string, text: string, context: EmbedContext) => Promise<number[]>

export interface EmbeddingOptions {
  store: AnswerStore
  /** Told of every vector that was paid for. */
  spending?: Spending | undefined
  /** As of other answers: those of one edition are not those of another. */
  edition?: string | undefined
  client: ModelClient
  providers: Providers
  /** Once aborted, nothing new is asked for. */
  stop: AbortSignal
}

/** Embeds each text once and keeps its vector like any other answer that was paid for. */
export function createEmbedText({ store, spending, edition, client, providers, stop }: EmbeddingOptions): EmbedText {
  const underWay = new Map<string, Promise<Completion>>()
  const pay = async (key: string, model: string, text: string, { feature, signal, book }: EmbedContext) => {
    endIfStopped(stop)
    const { vectors, inputTokens, costUsd } = await client.embed(model, [text], signal)
    const completion: Completion = {
      output: JSON.stringify(vectors[0] ?? []),
      usage: inputTokens === undefined ? {} : { inputTokens, outputTokens: 0 },
      ...(costUsd !== undefined && { costUsd }),
      finishReason: 'stop',
      warnings: [],
    }
    const labels = { model, stage: 'embedding', feature } as const
    book(completion, 'provider')
    spending?.add(completion, labels)
    // One without a direction can be compared with nothing: it is asked for again.
    if (vectors[0]?.some((value) => value !== 0)) store.put(key, completion, labels)
    return completion
  }
  return async (model, text, context) => {
    const requested = createHash('sha256')
      .update(canonicalJson({ embedding: model, text }))
      .digest('hex')
    const provider = await providers.get(parseModelId(model)?.provider ?? model)
    const keys = answerKeys(requested, provider.server?.(), edition)
    const { key } = keys
    const kept = storedAnswer(store, keys) ?? underWay.get(key)
    if (kept) {
      const known = await kept
      client.answered(model)
      context.book(known, 'cache')
      return vectorIn(known)
    }
    const paid = pay(key, model, text, context)
    underWay.set(key, paid)
    try {
      return vectorIn(await paid)
    } finally {
      underWay.delete(key)
    }
  }
}

/** Written above; a check says what it thinks of a vector that is none. */
function vectorIn({ output }: Completion): number[] {
  return JSON.parse(output) as number[]
}
