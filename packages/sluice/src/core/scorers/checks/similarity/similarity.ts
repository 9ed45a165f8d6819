import { distance } from 'fastest-levenshtein'
import type { Case } from '../../../suite/cases/case.ts'
import type { SimilarityCheck } from '../../../suite/checks/check-spec.ts'
import type { SimilarityMetric } from '../../../suite/checks/similarity-settings.ts'
import { CheckError } from '../check-error.ts'
import { comparableText } from '../comparable-text.ts'
import { type Measure, passOrFail } from '../measure.ts'
import { renderValue } from '../value-template.ts'
import { bleu, gleu } from './bleu.ts'
import { type EmbeddingSettings, embeddingSimilarity } from './embedding.ts'
import { meteor } from './meteor.ts'
import { wordsOf } from './ngrams.ts'
import { rougeL, rougeN } from './rouge.ts'

/** Products of lengths that take about a second; beyond them a comparison would hold up the whole run. */
const mostWordPairs = 5e8
const mostCharacterPairs = 5e9

/**
 * Passes when the output resembles the reference text at least as much as `min`, or is at most `maxDistance` edits away
 * from it; negated, when it does not. Of several references the nearest counts. Likeness is measured by words (ROUGE,
 * BLEU, GLEU, METEOR), by 1 - Levenshtein distance / longer length (in UTF-16 units), or by the cosine of embeddings.
 */
export function measureSimilarity(spec: SimilarityCheck, strict: boolean, embedding: EmbeddingSettings): Measure {
  const { metric, min = 0, maxDistance } = spec.value
  return async ({ output, case: subject }) => {
    const references = referencesOf(spec, subject, strict)
    if (metric === 'embedding') {
      const similarities = await Promise.all(
        references.map((reference) => embeddingSimilarity([output, reference], embedding, subject.id)),
      )
      return atLeast(min, Math.max(...similarities), spec)
    }
    const [text = '', ...others] = [output, ...references].map((each) =>
      comparableText(each.trim(), spec.caseSensitive),
    )
    if (metric !== 'levenshtein') return atLeast(min, likeness(metric, text, others), spec)
    const distances = others.map((other) => {
      refuseAbove(mostCharacterPairs, text.length, other.length, 'characters')
      return { edits: distance(text, other), longer: Math.max(text.length, other.length, 1) }
    })
    if (maxDistance !== undefined) return atMost(maxDistance, Math.min(...distances.map(({ edits }) => edits)), spec)
    return atLeast(min, Math.max(...distances.map(({ edits, longer }) => 1 - edits / longer)), spec)
  }
}

function atLeast(min: number, similarity: number, { negate, value }: SimilarityCheck) {
  const wanted = negate ? `below ${min}` : `at least ${min}`
  return passOrFail(similarity >= min !== negate, `${value.metric} ${similarity.toFixed(3)}, ${wanted} wanted`)
}

function atMost(most: number, edits: number, { negate }: SimilarityCheck) {
  const wanted = negate ? `more than ${most}` : `at most ${most}`
  return passOrFail(edits <= most !== negate, `levenshtein distance ${edits}, ${wanted} wanted`)
}

function referencesOf({ name, value }: SimilarityCheck, subject: Case, strict: boolean): string[] {
  if (value.to !== undefined) return [value.to].flat().map((text) => renderValue(text, subject, { strict }))
  if (subject.expected !== undefined) return [subject.expected]
  throw new CheckError(`check ${name}: case "${subject.id}" has no expected answer to compare with; add one, or set to`)
}

/** How alike the words of two texts are, in [0,1]; of several references that of the nearest. */
function likeness(
  metric: Exclude<SimilarityMetric, 'levenshtein' | 'embedding'>,
  text: string,
  references: readonly string[],
): number {
  const words = wordsOf(text)
  const others = references.map(wordsOf)
  const nearest = (measure: (other: string[]) => number) => Math.max(...others.map(measure))
  switch (metric) {
    case 'bleu':
      return bleu(words, others)
    case 'gleu':
      return nearest((other) => gleu(words, other))
    case 'meteor':
      return nearest((other) => meteor(words, other))
    case 'rouge-l':
      return nearest((other) => {
        refuseAbove(mostWordPairs, words.length, other.length, 'words')
        return rougeL(words, other)
      })
    default:
      return nearest((other) => rougeN(words, other, Number(metric.slice('rouge-'.length))))
  }
}

function refuseAbove(most: number, a: number, b: number, unit: string): void {
  if (a * b <= most) return
  throw new CheckError(`the output (${a} ${unit}) and the reference (${b}) are too long to compare; use embedding`)
}
