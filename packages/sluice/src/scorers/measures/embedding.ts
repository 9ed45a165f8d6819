import { ProviderError } from '../../providers/provider-error.ts'
import { CheckError } from './check-error.ts'

/** Turns texts into vectors, one each; `model` is `provider:model`, by default the configured one. */
export type Embed = (
  texts: string[],
  options: { model?: string | undefined; signal: AbortSignal },
) => Promise<readonly (readonly number[])[]>

export interface EmbeddingOptions {
  model: string | undefined
  embed: Embed | undefined
  signal: AbortSignal
}

/**
 * The cosine of two texts' embeddings, in [-1,1]. An empty text resembles only an empty one; models refuse it.
 * @throws CheckError when no embedding model is configured or its answer is no pair of vectors; ProviderError when
 * the run as a whole cannot go on.
 */
export async function embeddingSimilarity(texts: [string, string], options: EmbeddingOptions): Promise<number> {
  const { embed, model, signal } = options
  if (!embed) {
    throw new CheckError(
      'similarity by embedding needs a model; set embedding: {model: "provider:model"} in sluice.yaml',
    )
  }
  const empty = texts.filter((text) => text.trim() === '').length
  if (empty > 0) return empty === 2 ? 1 : 0
  const vectors = await embed(texts, { model, signal }).catch(explain)
  const [a, b] = vectors
  if (!a || !b || vectors.length !== 2 || a.length !== b.length) {
    throw new CheckError('the embedding model did not answer with two vectors of one length')
  }
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  if (!Number.isFinite(cosine)) throw new CheckError('the embedding model answered with a vector without a direction')
  return cosine
}

/** A refused key or a spent budget concerns the run, anything else this check. */
function explain(cause: unknown): never {
  const isOfRun = ({ fatal, unaskable, kind }: ProviderError) =>
    fatal || unaskable || kind === 'budget' || kind === 'aborted'
  const ofRun = cause instanceof ProviderError && isOfRun(cause)
  if (ofRun) throw cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new CheckError(`no embedding of the output: ${reason}`, { cause })
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
}
