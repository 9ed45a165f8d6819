/** The scores of one case: one list for each answer, with one score for each time that it was judged. */
export type VotesByAnswer = readonly (readonly number[])[]

/** What part of the variance of a score comes from where. Null: the data cannot tell. */
export interface VarianceComponents {
  /** Between cases. */
  case: number | null
  /** Between answers to one case. */
  answer: number | null
  /** Between judgements of one answer. */
  vote: number | null
  /** Between single scores of one case: `answer` and `vote` together. */
  within: number | null
}

/**
 * The variance components of scores whose judgements lie within answers and whose answers lie within cases, by the
 * analysis of variance for unequal numbers (Searle, Casella & McCulloch 1992, Variance Components, section 5.3;
 * Henderson's first method). An estimate below 0 is 0.
 * @param elsewhere judgements of other answers, by answer: their spread counts for `vote`, and for nothing else
 */
export function varianceComponents(cases: readonly VotesByAnswer[], elsewhere: VotesByAnswer = []): VarianceComponents {
  const sums = sumsOf(cases)
  const { scores, answers, used } = sums
  const others = sumsOf([elsewhere])
  const voteDf = scores - answers + others.scores - others.answers
  const vote = voteDf > 0 ? (sums.withinAnswers + others.withinAnswers) / voteDf : null
  const within = scores > used ? (sums.withinAnswers + sums.betweenAnswers) / (scores - used) : null
  const answerDf = answers - used
  const perCase = sums.squaresPerCase
  const answer =
    vote === null || answerDf < 1 ? null : Math.max(0, (sums.betweenAnswers - vote * answerDf) / (scores - perCase))
  const [ofAnswer, ofVote] = answer === null || vote === null ? [within, 0] : [answer, vote]
  const rest = answer === null ? used : perCase
  const between =
    ofAnswer === null || used < 2
      ? null
      : (sums.betweenCases - ofVote * (used - 1) - ofAnswer * (rest - sums.answerSquares / scores)) /
        (scores - sums.caseSquares / scores)
  return { case: between === null ? null : Math.max(0, between), answer, vote, within }
}

function sumsOf(cases: readonly VotesByAnswer[]) {
  const known = cases.map((votes) => votes.filter((scores) => scores.length > 0)).filter((votes) => votes.length > 0)
  const all = known.flat(2)
  const mean = averageOf(all)
  const sums = {
    ...{ scores: all.length, answers: known.flat().length, used: known.length },
    ...{ withinAnswers: 0, betweenAnswers: 0, betweenCases: 0 },
    ...{ squaresPerCase: 0, answerSquares: 0, caseSquares: 0 },
  }
  const isVoted = sums.scores > sums.answers
  for (const votes of known) {
    const own = votes.flat()
    const center = averageOf(own)
    sums.betweenCases += own.length * (center - mean) ** 2
    sums.caseSquares += own.length ** 2
    for (const scores of votes) {
      const middle = averageOf(scores)
      sums.withinAnswers += scores.reduce((sum, score) => sum + (score - middle) ** 2, 0)
      sums.betweenAnswers += scores.length * (middle - center) ** 2
      sums.squaresPerCase += scores.length ** 2 / own.length
      sums.answerSquares += isVoted ? scores.length ** 2 : 1
    }
  }
  return sums
}

function averageOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
