/** One question that the judge has answered: a rubric item, or a choice of a GitHub `llm` evaluator. */
export interface JudgedItem {
  /** The rubric item's id, or the evaluator's name. */
  id: string
  /** `yes`, `no` or `cannot_tell`; for an evaluator the choice, word for word. */
  verdict: string
  /** In [0,1]; absent when the judge could not tell. */
  score?: number
  /** What the judge says it saw, quoted from the output; may be empty. */
  evidence: string
  reasoning: string
  /** False when the quote does not occur in the output, or a `yes` quotes nothing. Reported, never scored. */
  evidenceFound: boolean
  must: boolean
  weight: number
}

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
}

/** The judgement that follows from the items: what could not be told counts neither for nor against. */
export function judgementOf(items: JudgedItem[]): Judgement {
  const weight = items.reduce((sum, item) => sum + item.weight, 0)
  const mustFailed = items.some(({ must, score }) => must && score === 0)
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
