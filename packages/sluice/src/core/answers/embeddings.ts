import { createHash } from 'node:crypto'
import { z } from 'zod'
import { jsonIn } from '../../json.ts'
import type { Completion, Embeddings } from '../providers/provider.ts'
import { canonicalJson } from '../suite/values/canonical-json.ts'

/** A request for the vector of a text. */
export interface EmbeddingRequest {
  /** `provider:model` */
  model: string
  /** The text. */
  embed: string
}

/** The identity of the request. The vector of a text is the same in every repeat. */
export function embeddingKey({ model, embed }: EmbeddingRequest): string {
  return createHash('sha256')
    .update(canonicalJson({ embedding: model, text: embed }))
    .digest('hex')
}

/** The vector of one text, in the form in which every answer is kept: its output is JSON. */
export function completionOfVector({ vectors, inputTokens, costUsd }: Embeddings): Completion {
  return {
    output: JSON.stringify(vectors[0] ?? []),
    usage: inputTokens === undefined ? {} : { inputTokens, outputTokens: 0 },
    ...(costUsd !== undefined && { costUsd }),
    finishReason: 'stop',
    warnings: [],
  }
}

const vectorSchema = z.array(z.number())

/** The vector in an answer of that form; undefined where it holds none. */
export function vectorIn({ output }: Completion): number[] | undefined {
  return vectorSchema.safeParse(jsonIn(output)).data
}
