import { clusterRobustMean, type LookPlan } from '../../stats/index.ts'
import type { SummedCase } from './gate-case.ts'
import type { TagTest } from './tags.ts'
import { intervalAt } from './three-way-test.ts'

/** One row of the table of tags. Intervals are for one tag at a time; the verdict is corrected for their number. */
export interface TagResult {
  tag: string
  /** Cases with a score of the candidate. */
  cases: number
  /** The candidate's mean; undefined without any score. */
  mean: number | undefined
  meanDifference: number | undefined
  ciLow: number | undefined
  ciHigh: number | undefined
  /** `untested`: no baseline, or fewer than 5 pairs. */
  verdict: 'pass' | 'fail' | 'inconclusive' | 'untested'
}

export function tagTable(tests: readonly TagTest[], byTag: Map<string, SummedCase[]>, plan: LookPlan): TagResult[] {
  return [...byTag].map(([tag, cases]) => {
    const test = tests.find((known) => known.tag === tag)
    const scored = cases.filter(({ candidate }) => candidate !== undefined)
    const mean = clusterRobustMean(
      scored.map(({ candidate }) => candidate?.mean ?? 0),
      scored.map((summed) => summed.case.weight),
    )
    const interval = test && intervalAt(plan, test.look, test.statistics)
    return {
      tag,
      cases: scored.length,
      mean: mean?.mean,
      meanDifference: test?.statistics?.delta,
      ciLow: interval?.ciLow,
      ciHigh: interval?.ciHigh,
      verdict: test ? verdictOf(test) : 'untested',
    }
  })
}

function verdictOf({ failed, suspicious }: TagTest): TagResult['verdict'] {
  if (failed) return 'fail'
  return suspicious ? 'inconclusive' : 'pass'
}
