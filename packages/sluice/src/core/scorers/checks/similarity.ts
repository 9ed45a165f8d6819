import type { Case } from '../../suite/cases/case.ts'
import type { SimilarityCheck } from '../../suite/checks/check-spec.ts'
import { CheckError } from './check-error.ts'
import { type EmbeddingSettings, embeddingSimilarity } from './embedding.ts'
import { fold } from './fold.ts'
import { type Measure, outcome } from './measure.ts'
import { rougeL, rougeWords } from './rouge-l.ts'
import { renderValue } from './value-template.ts'

/** Products of lengths that take about a second; beyond them a comparison would hold up the whole run. */
const mostWordPairs = 5e8
const mostCharacterPairs = 5e9

/**
 * Passes when the output resembles the reference text at least as much as `min`: by ROUGE-L F1, by 1 - Levenshtein
 * distance / longer length (in UTF-16 units), or by the cosine of embeddings.
 */
export function measureSimilarity(spec: SimilarityCheck, strict: boolean, embedding: EmbeddingSettings): Measure {
  const { metric, min } = spec.value
  return async ({ output, case: subject }) => {
    const reference = referenceOf(spec, subject, strict)
    const [a, b] = [output, reference].map((text) => fold(text.trim(), spec.caseSensitive)) as [string, string]
    const similarity =
      metric === 'rouge-l'
        ? rouge(a, b)
        : metric === 'levenshtein'
          ? await levenshtein(a, b)
          : await embeddingSimilarity([output, reference], embedding, subject.id)
    return outcome(similarity >= min, `${metric} ${similarity.toFixed(3)}, at least ${min} wanted`)
  }
}

function referenceOf({ name, value }: SimilarityCheck, subject: Case, strict: boolean): string {
  if (value.to !== undefined) return renderValue(value.to, subject, { strict })
  if (subject.expected !== undefined) return subject.expected
  throw new CheckError(`check ${name}: case "${subject.id}" has no expected answer to compare with; add one, or set to`)
}

function rouge(a: string, b: string): number {
  const [x, y] = [rougeWords(a), rougeWords(b)]
  refuseAbove(mostWordPairs, x.length, y.length, 'words')
  return rougeL(x, y)
}

async function levenshtein(a: string, b: string): Promise<number> {
  const length = Math.max(a.length, b.length)
  if (length === 0) return 1
  refuseAbove(mostCharacterPairs, a.length, b.length, 'characters')
  const { distance } = await import('fastest-levenshtein')
  return 1 - distance(a, b) / length
}

function refuseAbove(most: number, a: number, b: number, unit: string): void {
  if (a * b <= most) return
  throw new CheckError(`the output (${a} ${unit}) and the reference (${b}) are too long to compare; use embedding`)
}
