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
const causes = ['difference', 'threshold', 'tags', 'critical', 'coverage', 'undecided'] as const
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
  weakPasses: rateSchema.describe('Runs that passed by the estimate alone.'),
  causes: z
    .array(rateSchema.extend({ cause: z.enum(causes).describe('Why a run was blocked; one run can have several.') }))
    .describe('Blocked runs by cause.'),
  byJudge: rateSchema
    .nullable()
    .describe(
      'Blocked runs that would not have been, had each question to the judge its average answer; null without a judge.',
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
