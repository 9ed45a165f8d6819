import { errorMessage } from '../../../../errors.ts'
import type { Ask } from '../../../answers/ask.ts'
import { type EmbeddingRequest, vectorIn } from '../../../answers/embeddings.ts'
import type { Completion } from '../../../providers/provider.ts'
import { ProviderError } from '../../../providers/provider-error.ts'
import { CheckError } from '../check-error.ts'

export interface EmbeddingSettings {
  ask: Ask<EmbeddingRequest> | undefined
  /** `provider:model` */
  model: string | undefined
}

/**
 * The cosine of two texts' embeddings, in [-1,1]. An empty text resembles only an empty one; models refuse it.
 * @throws CheckError when no embedding model is configured or its answers are no pair of vectors; ProviderError when
 * the run as a whole cannot go on.
 */
export async function embeddingSimilarity(
  texts: [string, string],
  { ask, model }: EmbeddingSettings,
  caseId: string,
): Promise<number> {
  if (!ask || model === undefined) {
    throw new CheckError(
      'similarity by embedding needs a model; set embedding: {model: "provider:model"} in sluice.yaml',
    )
  }
  const empty = texts.filter((text) => text.trim() === '').length
  if (empty > 0) return empty === 2 ? 1 : 0
  const question = { caseId, repeat: 1, accepts: hasDirection }
  const answers = texts.map((embed) => ask({ model, embed }, question))
  const [a, b] = (await Promise.all(answers).catch(explain)).map(vectorIn)
  if (!a || !b || a.length !== b.length) {
    throw new CheckError('the embedding model did not answer with two vectors of one length')
  }
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  if (!Number.isFinite(cosine)) throw new CheckError('the embedding model answered with a vector without a direction')
  return cosine
}

/** Whether an answer's vector has a direction. One without cannot be compared, and is asked for again. */
function hasDirection(completion: Completion): boolean {
  return vectorIn(completion)?.some((value) => value !== 0) ?? false
}

/** Throws the error on: a refused key or a spent budget concerns the run, anything else is a CheckError. */
function explain(cause: unknown): never {
  const isOfRun = ({ fatal, unaskable, kind }: ProviderError) =>
    fatal || unaskable || kind === 'budget' || kind === 'aborted'
  const ofRun = cause instanceof ProviderError && isOfRun(cause)
  if (ofRun) throw cause
  const reason = errorMessage(cause)
  throw new CheckError(`no embedding of the output: ${reason}`, { cause })
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
}
