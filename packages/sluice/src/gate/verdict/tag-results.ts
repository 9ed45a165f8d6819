import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { Verdict } from '../../records/verdict.ts'
import { clusterRobustMean, gsBounds, type LookPlan } from '../../stats/index.ts'
import type { SummedCase } from './gate-case.ts'
import type { TagTest } from './tags.ts'
import { intervalAt } from './three-way-test.ts'

/**
 * One row of the table of tags: the mean is that of the cases with a score of the candidate. Intervals carry the
 * correction for the number of tags under which the verdict was made; both are null without a baseline or with fewer
 * than 5 pairs.
 */
export type TagResult = FeatureSummary['tags'][number]

export function tagTable(tests: readonly TagTest[], byTag: Map<string, SummedCase[]>, plan: LookPlan): TagResult[] {
  return [...byTag].map(([tag, cases]) => {
    const test = tests.find((known) => known.tag === tag)
    const scored = cases.filter(({ candidate }) => candidate !== undefined)
    const mean = clusterRobustMean(
      scored.map(({ candidate }) => candidate?.mean ?? 0),
      scored.map((summed) => summed.case.weight),
    )
    const { ciLow, ciHigh } = test ? tagInterval(test, plan) : { ciLow: null, ciHigh: null }
    return {
      tag,
      cases: scored.length,
      mean: mean?.mean ?? null,
      meanDifference: test?.statistics?.delta ?? null,
      ciLow,
      ciHigh,
      verdict: test ? verdictOf(test) : null,
    }
  })
}

/**
 * The interval at the error rate of the tag's own test: below the tag margin exactly where the tag fails in its round.
 */
function tagInterval({ look, statistics, alpha }: TagTest, plan: LookPlan) {
  const last = plan.repeats.at(-1) ?? 1
  const boundsFail = gsBounds(
    plan.repeats.map((repeat) => repeat / last),
    alpha,
  )
  return intervalAt({ ...plan, boundsFail }, look, statistics)
}

function verdictOf({ failed, suspicious }: TagTest): Verdict {
  if (failed) return 'fail'
  return suspicious ? 'inconclusive' : 'pass'
}
