import { z } from 'zod'
import { judgeOfRubric } from '../../../core/scorers/judge/judge-of-rubric.ts'
import { calibrationSummary } from '../../../records/report/calibration-summary.ts'
import { featureSummarySchema } from '../../../records/report/feature-report.ts'
import type { VersionRecord } from '../../../records/version.ts'

/** Who judges the live answers of a version, and whether labels of people show that it is right. */
export const judgeStandingSchema = z.strictObject({
  model: z.string().meta({ description: '`provider:model`.' }),
  words: z.string().meta({ description: 'What labels of people say of it, as far as is known here.' }),
  runId: z.string().nullable().meta({ description: 'The run of the gate whose report says it; null where none does.' }),
  startedAt: z.string().nullable().meta({ description: 'When that run began.' }),
})

export type JudgeStanding = z.infer<typeof judgeStandingSchema>

const judged = featureSummarySchema.pick({ judge: true })

/**
 * What the published report of the gate carries about the judge. The report may be older than rubric and judge, and
 * whoever publishes may send any: its calibration counts only for the very judge and questions that are in use.
 * @param judgeId of the judge whose scores count; null where none has come yet
 * @returns null for a version whose live answers nobody judges
 */
export function judgeStandingOf(
  { judge, rubric, report }: Pick<VersionRecord, 'judge' | 'rubric' | 'report'>,
  judgeId: string | null,
): JudgeStanding | null {
  if (!judge || rubric.length === 0) return null
  const { model } = judge
  const reported = report ? judged.safeParse(report.summary).data?.judge : undefined
  if (!report || !reported)
    return { model, words: 'no calibration is known: no report of the gate says one', runId: null, startedAt: null }
  const { runId, startedAt } = report
  const { calibration } = reported
  const isOther =
    reported.model !== model ||
    (judgeId !== null && judgeId !== reported.id) ||
    (calibration !== null && calibration.judge.id !== judgeOfRubric(reported.id, rubric))
  const words = isOther
    ? 'no calibration is known: the report of the gate is about another judge, or other questions'
    : calibrationSummary(calibration)
  return { model, words, runId, startedAt }
}
