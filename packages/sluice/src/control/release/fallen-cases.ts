import { z } from 'zod'
import type { CaseReport } from '../../records/report/case-report.ts'

const most = 15

/**
 * The cases that fell most in a run, as they are published with the version: their names and both scores. What was
 * asked and answered stays where the run was made, since a golden case may hold what was said in production.
 */
export const fallenCasesSchema = z
  .array(
    z.strictObject({
      case: z.string().min(1).max(200).meta({ description: 'Its id in the suite.' }),
      baselineScore: z.number().min(0).max(1),
      score: z.number().min(0).max(1).meta({ description: 'Of the candidate.' }),
    }),
  )
  .max(most)

export type FallenCases = z.infer<typeof fallenCasesSchema>

type ScoredCase = Pick<CaseReport, 'id' | 'score' | 'baselineScore'> &
  Partial<Pick<CaseReport, 'quarantine' | 'holdout'>>

/** Those that lost most, first. What is no part of the verdict, or is held out of pull requests, is not among them. */
export function fallenCases(cases: readonly ScoredCase[]): FallenCases {
  return cases
    .flatMap(({ id, score, baselineScore, quarantine, holdout }) => {
      const counts = id.length <= 200 && quarantine === undefined && holdout !== true
      if (!counts || score === null || baselineScore === null || score >= baselineScore) return []
      return [{ case: id, baselineScore, score }]
    })
    .toSorted((a, b) => a.score - a.baselineScore - (b.score - b.baselineScore))
    .slice(0, most)
}
