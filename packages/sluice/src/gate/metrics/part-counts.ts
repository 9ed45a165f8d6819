import type { MeasuredClaims, MeasuredLabel, MeasuredRetrieval, Measurement } from '../../records/report/measured.ts'
import type { PartCount } from '../../stats/index.ts'

/** What one measured answer adds to the parts of the metrics, by the name of the part. */
export type PartCounts = [part: string, count: PartCount][]

/**
 * @param classes of a `label` check: those that exist; an answer that is none of them is an unknown label
 */
export function partCounts(measured: Measurement, classes: ReadonlySet<string>): PartCounts {
  switch (measured.kind) {
    case 'label':
      return labelCounts(measured, classes)
    case 'fields':
      return measured.fields.flatMap(({ name, right }): PartCounts => {
        const count = { hit: Number(right), of: 1 }
        return [
          ['fields', count],
          [`field.${name}`, count],
        ]
      })
    case 'retrieval':
      return retrievalCounts(measured)
    case 'claims':
      return claimsCounts(measured)
  }
}

/**
 * F1 is 2 TP of 2 TP + FP + FN; a wrong answer is one FN of the expected class, and one FP of the class that it names.
 */
function labelCounts({ expected, got }: MeasuredLabel, classes: ReadonlySet<string>): PartCounts {
  const named = got !== null && classes.has(got) ? got : undefined
  if (named === expected) {
    const right = { hit: 1, of: 1 }
    const both = { hit: 2, of: 2 }
    return [
      ['accuracy', right],
      ['micro-precision', right],
      ['micro-f1', both],
      [`recall.${expected}`, right],
      [`precision.${expected}`, right],
      [`f1.${expected}`, both],
    ]
  }
  const missed = { hit: 0, of: 1 }
  return [
    ['accuracy', missed],
    ['micro-f1', { hit: 0, of: named === undefined ? 1 : 2 }],
    [`recall.${expected}`, missed],
    [`f1.${expected}`, missed],
    ...(named === undefined
      ? []
      : ([
          ['micro-precision', missed],
          [`precision.${named}`, missed],
          [`f1.${named}`, missed],
        ] satisfies PartCounts)),
  ]
}

/**
 * Recall@k, precision@k (of k, also where fewer were retrieved), the reciprocal rank of the first relevant document
 * (Voorhees 1999), and nDCG@k with gains of 0 and 1 and the discount log2(1 + rank) (Järvelin & Kekäläinen 2002).
 */
function retrievalCounts({ k, relevant, ranks }: MeasuredRetrieval): PartCounts {
  const within = ranks.filter((rank) => rank <= k)
  const gain = (rank: number) => 1 / Math.log2(1 + rank)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const best = Array.from({ length: Math.min(k, relevant) }, (_, index) => gain(index + 1))
  const [first] = ranks
  const mean = (hit: number): PartCount => ({ hit, of: 1 })
  return [
    [`recall@${k}`, mean(within.length / relevant)],
    [`precision@${k}`, mean(within.length / k)],
    ['mrr', mean(first === undefined ? 0 : 1 / first)],
    [`ndcg@${k}`, mean(sum(within.map(gain)) / sum(best))],
  ]
}

/** The parts of which less is better. */
export const lessIsBetter: ReadonlySet<string> = new Set(['unsupported', 'contradicted'])

/** The shares of an answer's claims, each answer counting alike, however many claims it makes. */
function claimsCounts({ claims, unsupported, contradicted }: MeasuredClaims): PartCounts {
  if (claims === 0) return []
  return [
    ['unsupported', { hit: unsupported / claims, of: 1 }],
    ['contradicted', { hit: contradicted / claims, of: 1 }],
  ]
}
