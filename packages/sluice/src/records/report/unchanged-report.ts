import { z } from 'zod'

const known = z.number().nullable()
const count = z.int().min(0)

const rateSchema = z.object({
  runs: count.describe('Runs in which it happened.'),
  rate: known.describe('Their share; null where no run could be made.'),
  low: known.describe('Lower end of its exact 95 % interval.'),
  high: known.describe('Upper end of it.'),
})
export type UnchangedRate = z.infer<typeof rateSchema>

/** What can block a version that did not change. */
const causes = ['difference', 'threshold', 'tags', 'critical', 'coverage', 'undecided', 'judge'] as const
export type UnchangedCause = (typeof causes)[number]

/** What `sluice drill --unchanged` found, `sluice.unchanged/1`. */
export const unchangedReportSchema = z.object({
  schema: z.literal('sluice.unchanged/1').describe('The version of this format.'),
  at: z.iso.datetime({ offset: true }).describe('When it was made.'),
  feature: z.string().describe('The name of the feature.'),
  suite: z.string().describe('The suite.'),
  version: z.string().describe('The version id that was held against itself.'),
  judge: z.string().nullable().describe('The id of the judge; null where none was asked.'),
  measure: z.string().describe('A hash of suite, checks, questions and settings: another one makes this out of date.'),
  seed: z.int().describe('Which draws.'),
  state: z
    .enum(['measured', 'cannot-vary', 'incomplete'])
    .describe(
      '`cannot-vary`: no score differs between answers to one case, so runs would all be the same. `incomplete`: answers are missing.',
    ),
  message: z.string().nullable().describe('Why there are no rates; null where there are.'),
  runs: count.describe('Runs of the gate, each version against itself.'),
  cases: count.describe('Cases of the suite.'),
  answersPerCase: count.describe('Answers of each case that runs draw from.'),
  drawnAgain: known.describe('Share of draws that repeat an answer within a run, since a case has no more of them.'),
  blocked: rateSchema.describe('Runs that would have stopped the change: failed, or undecided and blocked.'),
  failed: rateSchema.describe('Those of them with the verdict fail.'),
  weakPasses: rateSchema.describe('Runs that passed weakly: by the estimate alone, or because `gate.judge` says warn.'),
  causes: z
    .array(
      rateSchema.extend({
        cause: z
          .enum(causes)
          .describe('Why a run was blocked; one run can have several. `judge`: by `gate.judge` alone.'),
      }),
    )
    .describe('Blocked runs by cause.'),
  judgeDoubt: z
    .object({
      message: z.string().describe('What is known of the judge.'),
      blocks: z.boolean().describe('Whether `gate.judge` lets no run pass for it; else each pass is weak.'),
    })
    .nullable()
    .optional()
    .describe('What `gate.judge` makes of every pass; null where it stays strong. Older reports do not say it.'),
  byJudge: rateSchema
    .nullable()
    .describe(
      'Runs that the scores blocked and would not have, had each question to the judge its average answer; null without a judge.',
    ),
  calls: count.describe('Calls that were made.'),
  fromStore: count.describe('Questions that were answered from the store.'),
  fromRecordings: count.describe('Questions that were answered from recordings.'),
  usd: known.describe('What the calls cost; null if no price is known.'),
  reproduce: z.string().describe('The command line that repeats it.'),
  exitCode: z.int().describe('The exit code of the command.'),
})
export type UnchangedReport = z.infer<typeof unchangedReportSchema>

/** The JSON Schema of the report. */
export function unchangedJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(unchangedReportSchema, { io: 'input' })
  return { $schema, title: 'Sluice unchanged', description: 'The result of sluice drill --unchanged.', ...schema }
}
