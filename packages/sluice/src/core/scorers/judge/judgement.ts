import { type CascadeTrace, isFailedMust, type JudgedItem } from '../../../records/report/case-detail.ts'

/** All answers of the judge about one output. */
export interface Judgement {
  /** `abstained`: the judge could not tell on any item, so there is no score. */
  state: 'scored' | 'abstained'
  /** In [0,1]: the weighted mean over the answered items; absent when abstained. */
  score?: number
  /** The weight of all items, answered or not. */
  weight: number
  /** A `must` item was answered with no. */
  mustFailed: boolean
  /** In the order of the rubric, then of the evaluators. */
  items: JudgedItem[]
  /** What the calls cost; absent when one of them is unpriced. */
  costUsd?: number
  /** How the two judges of a cascade came to it. */
  cascade?: CascadeTrace
}

/** The judgement that follows from the items: what could not be told counts neither for nor against. */
export function judgementOf(items: JudgedItem[]): Judgement {
  const weight = items.reduce((sum, item) => sum + item.weight, 0)
  const mustFailed = items.some(isFailedMust)
  let answered = 0
  let earned = 0
  for (const { score, weight } of items) {
    if (score === undefined) continue
    answered += weight
    earned += score * weight
  }
  if (answered === 0) return { state: 'abstained', weight, mustFailed, items }
  return { state: 'scored', score: earned / answered, weight, mustFailed, items }
}
