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
}

/**
 * Splits the variance of the candidate's scores. Where two answers to a case are the same text, what differs is the judge;
 * where no text was judged twice, system and judge cannot be told apart.
 */
export function noiseSources(rows: readonly ResultRow[]): NoiseSources {
  const cases = [...votesByText(rows).values()].map((texts) => [...texts.values()])
  const isJudged = rows.some(({ detail }) => detail.judge.length > 0)
  const textsJudgedTwice = isJudged ? cases.flat().filter((votes) => votes.length > 1).length : 0
  if (isJudged && textsJudgedTwice > 0) {
    const { case: between, answer, vote, within } = varianceComponents(cases)
    // Where no case gave a second text, the system under test did not vary at all.
    return { case: between, system: answer ?? 0, judge: vote, within, textsJudgedTwice }
  }
  const { case: between, within } = varianceComponents(cases.map((texts) => texts.flat().map((score) => [score])))
  const system = isJudged ? null : within
  return { case: between, system, judge: isJudged ? null : 0, within, textsJudgedTwice }
}

/** Scores by position and text. An answer whose text was masked is one of its own: others may look the same. */
function votesByText(rows: readonly ResultRow[]): Map<number, Map<string, number[]>> {
  const byCase = new Map<number, Map<string, number[]>>()
  for (const [index, { position, arm, detail }] of rows.entries()) {
    if (arm !== 'candidate' || detail.score === undefined) continue
    const texts = byCase.get(position) ?? new Map<string, number[]>()
    const key = detail.output === undefined || detail.outputMasked ? `answer ${index}` : `text ${detail.output}`
    texts.set(key, [...(texts.get(key) ?? []), detail.score])
    byCase.set(position, texts)
  }
  return byCase
}

/**
 * What lowers the noise within cases most cheaply, in a sentence. With the variances S of answers and J of judgements, and
 * their prices G and P, sqrt(G J / (P S)) judgements of each answer are the cheapest (Cochran 1977, Sampling Techniques,
 * section 10.6); 1 means that repeats are.
 */
export function cheapestRemedy(
  { system, judge, within }: NoiseSources,
  { generationUsd, judgeUsd }: { generationUsd: number | null; judgeUsd: number | null },
): string | null {
  if (within === null) return null
  if (within === 0) return 'No score varied within a case: neither repeats nor judgements would lower the noise.'
  if (judge === null || system === null)
    return 'No text was judged twice, so the part of the judge is not known: label answers of the cases below (sluice judge label), or ask more repeats.'
  const share = judge / (judge + system)
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
