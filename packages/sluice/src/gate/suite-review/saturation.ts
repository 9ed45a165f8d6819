import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { clopperPearson } from '../../stats/index.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import type { KeptScores } from './kept-scores.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** Fewer answers than this say nothing about a case: the score 1 in all of 5 allows a failure in 45 % of answers. */
const fewestAnswers = 5

const fewestCases = 5

/** From this share of cases without any failure on, a suite hardly tells a better version from a good one. */
const manySaturated = 0.5

/** Cases that every kept answer scores 1, and cases that none does more than 0. */
export function reviewSaturation(suites: readonly ReviewedSuite[], kept: KeptScores): ReviewArea {
  if (kept.runs === 0) {
    const says =
      'No results of this feature are kept in .sluice, so nobody knows which cases always score 1. Run `sluice gate --all` or `sluice nightly` first.'
    return { area: 'saturation', state: 'unknown', says, findings: [] }
  }
  const of = suites.map((suite) => saturationOf(suite, kept))
  const unknown = of.reduce((sum, { unknown }) => sum + unknown, 0)
  const says = [
    `${formatAmount(kept.runs, 'kept run')}, the last of ${kept.last?.slice(0, 10)}; a case counts from ${fewestAnswers} answers on.`,
    ...of.map(({ says }) => says),
  ].join(' ')
  const total = suites.reduce((sum, { cases }) => sum + cases.length, 0)
  const state = unknown === 0 ? 'looked' : unknown < total ? 'partly' : 'unknown'
  return { area: 'saturation', state, says, findings: of.flatMap(({ findings }) => findings) }
}

function saturationOf(suite: ReviewedSuite, kept: KeptScores) {
  const known = suite.cases.flatMap((one) => {
    const scores = kept.cases.get(one.id)?.scores ?? []
    return scores.length < fewestAnswers ? [] : [{ one, scores }]
  })
  const full = known.filter(({ scores }) => scores.every((score) => score === 1))
  const empty = known.filter(({ scores }) => scores.every((score) => score === 0))
  const unknown = suite.cases.length - known.length
  const findings: ReviewFinding[] = []
  const [first] = full
  if (first !== undefined && full.length >= Math.max(fewestCases, manySaturated * known.length)) {
    const least = Math.min(...full.map(({ scores }) => scores.length))
    const { high: most } = clopperPearson(0, least, 0.9)
    findings.push(
      findingAt(suite, first.one, {
        code: 'saturated',
        message: `${full.length} of the ${formatAmount(known.length, 'case')} with enough answers scored 1 every time (with ${least} answers, each may still fail in up to ${formatPercent(most)}): they can show that a version got worse, and never that one got better`,
        action:
          'add harder cases, e.g. from failures of production (sluice case add); keep these only where they guard something',
        cases: full.map(({ one }) => one.id),
      }),
    )
  }
  for (const { one, scores } of empty) {
    const message = `"${one.id}" scored 0 in all of its ${scores.length} kept answers: it cannot show that a version got worse`
    const action = 'read one answer and its checks; fix the check or the reference, or remove the case'
    findings.push(findingAt(suite, one, { code: 'always-zero', message, action, cases: [one.id] }))
  }
  const counts = `${suite.name}: ${full.length} of ${known.length} always score 1 (${named(full.map(({ one }) => one.id)) || 'none'})`
  return { says: unknown === 0 ? `${counts}.` : `${counts}; unknown for ${unknown}.`, findings, unknown }
}
