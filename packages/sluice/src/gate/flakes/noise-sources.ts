import { varianceComponents } from '../../stats/index.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import type { ResultRow } from '../run/results.ts'

/** Where the noise of one version's scores comes from. Variances of a single score; null: the data cannot tell. */
export interface NoiseSources {
  /** Between cases, which repeats do not reduce. */
  case: number | null
  /** Between the answers of the system under test to one case. */
  system: number | null
  /** Between judgements of one text; 0 where no score is a judge's. */
  judge: number | null
  /** Between single scores of one case: of system and judge together. */
  within: number | null
  /** Texts that were judged more than once, which is what tells the judge from the system. */
  textsJudgedTwice: number
  /**
   * What the part of the judge is known by: texts that were judged twice, in the run or for labels, or, where there are
   * none, the votes of a panel, which give an upper bound. Null where it is not known, or nothing was judged.
   */
  judgeFrom: 'repeats' | 'panel' | null
}

/**
 * Splits the variance of the candidate's scores. Where two answers to a case are the same text, what differs is the
 * judge. Where no text was judged twice, members of a panel that disagree stand in; without them system and judge
 * cannot be told apart.
 * @param again scores of labelled texts that were judged more than once, by text
 */
export function noiseSources(rows: readonly ResultRow[], again: readonly (readonly number[])[] = []): NoiseSources {
  const cases = [...votesByText(rows).values()].map((texts) => [...texts.values()])
  const isJudged = rows.some(({ detail }) => detail.judge.length > 0)
  const judgedTwice = isJudged ? [...cases.flat(), ...again].filter((votes) => votes.length > 1).length : 0
  if (judgedTwice > 0) {
    const { case: between, answer, vote, within } = varianceComponents(cases, again)
    // Where no case gave a second text, the system under test did not vary at all.
    const system = answer ?? (within === null ? null : 0)
    return { case: between, system, judge: vote, within, textsJudgedTwice: judgedTwice, judgeFrom: 'repeats' }
  }
  const { case: between, within } = varianceComponents(cases.map((texts) => texts.flat().map((score) => [score])))
  const unsplit = { case: between, within, textsJudgedTwice: 0 }
  if (!isJudged) return { ...unsplit, system: within, judge: 0, judgeFrom: null }
  const ofPanel = panelVariance(rows)
  if (ofPanel === null || within === null) return { ...unsplit, system: null, judge: null, judgeFrom: null }
  const judge = Math.min(within, ofPanel)
  return { ...unsplit, system: within - judge, judge, judgeFrom: 'panel' }
}

/**
 * How much the majority of a panel would vary, had its members been drawn anew from models like them (the bootstrap
 * over members; Efron & Tibshirani 1993, chapter 6), in the score of a case, on average. Members that always differ do
 * so without any noise, so this is an upper bound of what the judge adds to it. Null where no panel judges.
 */
function panelVariance(rows: readonly ResultRow[]): number | null {
  const found = rows.flatMap(({ role, detail: { score, checks, judge } }) => {
    if (role !== 'candidate' || score === undefined || !judge.some(({ members }) => members)) return []
    const total = [...checks, ...judge].reduce((sum, { weight }) => sum + weight, 0)
    const sum = judge.reduce(
      (all, { weight, members = [] }) => all + (weight / total) ** 2 * majorityVariance(members),
      0,
    )
    return total > 0 ? [sum] : []
  })
  return found.length === 0 ? null : found.reduce((sum, each) => sum + each, 0) / found.length
}

function majorityVariance(members: readonly { verdict: string | null }[]): number {
  const count = members.length
  const share = members.filter(({ verdict }) => verdict === 'yes').length / Math.max(1, count)
  if (share === 0 || share === 1) return 0
  let [chance, majority] = [(1 - share) ** count, 0]
  for (let yes = 0; yes <= count; yes += 1) {
    if (2 * yes > count) majority += chance
    chance *= ((count - yes) / (yes + 1)) * (share / (1 - share))
  }
  return majority * (1 - majority)
}

/** Scores by position and text. An answer whose text was masked is one of its own: others may look the same. */
function votesByText(rows: readonly ResultRow[]): Map<number, Map<string, number[]>> {
  const byCase = new Map<number, Map<string, number[]>>()
  for (const [index, { position, role, detail }] of rows.entries()) {
    if (role !== 'candidate' || detail.score === undefined) continue
    const texts = byCase.get(position) ?? new Map<string, number[]>()
    const key = detail.output === undefined || detail.outputMasked ? `answer ${index}` : `text ${detail.output}`
    texts.set(key, [...(texts.get(key) ?? []), detail.score])
    byCase.set(position, texts)
  }
  return byCase
}

/**
 * What lowers the noise within cases most cheaply, in a sentence. With the variances S of answers and J of judgements,
 * and their prices G and P, sqrt(G J / (P S)) judgements of each answer are the cheapest (Cochran 1977, Sampling
 * Techniques, section 10.6); 1 means that repeats are.
 */
export function cheapestRemedy(
  { system, judge, within, judgeFrom }: NoiseSources,
  { generationUsd, judgeUsd }: { generationUsd: number | null; judgeUsd: number | null },
): string | null {
  if (within === null) return null
  if (within === 0) return 'No score varied within a case: neither repeats nor judgements would lower the noise.'
  if (judge === null || system === null)
    return 'No text was judged twice, so the part of the judge is not known: label answers of the cases below (sluice judge label), or ask more repeats.'
  const share = judge / (judge + system)
  if (judgeFrom === 'panel' && judge > 0)
    return `By the votes of its panel the judge makes at most ${formatPercent(share)} of the noise within cases. Members that always differ are no noise: label the answers on which they do (sluice judge label), and ask more repeats.`
  const part = `The judge makes ${formatPercent(share)} of the noise within cases`
  if (judge === 0) return 'The answers differ, not the judge: repeats lower the noise, further judgements do not.'
  if (generationUsd === null || judgeUsd === null || judgeUsd === 0) {
    const wayOut = share > 0.5 ? 'several judgements of each answer, or a clearer question' : 'repeats'
    return `${part}: ${wayOut} would lower it most. What each costs is not known.`
  }
  const votes = Math.min(9, Math.round(Math.sqrt((generationUsd * judge) / (judgeUsd * Math.max(system, 1e-12)))))
  return votes < 2
    ? `${part}: repeats are the cheapest way to lower it.`
    : `${part}: at these prices ${formatAmount(votes, 'judgement')} of each answer are cheaper than repeats. A clearer question costs nothing.`
}
