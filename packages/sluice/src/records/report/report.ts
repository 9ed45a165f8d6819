import { z } from 'zod'
import { verdictSchema } from '../verdict.ts'
import { type FeatureSummary, featureReportSchema } from './feature-report.ts'

const count = z.int().min(0)

/**
 * What weakens or changes a whole run: that the change brought a looser measure, that a feature of the base is gone,
 * where answers were sent. It stands above every number of the report.
 */
const runFindingSchema = z.object({
  code: z.string().describe('For machines, e.g. `margin-raised`.'),
  severity: z
    .enum(['error', 'warning', 'note'])
    .describe('error explains a verdict that is no pass, warning weakens a pass, note is to be known.'),
  message: z.string().describe('For people: whole sentences.'),
  feature: z.string().nullable().describe('Null where it concerns the whole run.'),
  before: z
    .string()
    .nullable()
    .describe('What a setting was at the base commit, as a person would write it; null where there was none.'),
  after: z.string().nullable().describe('What it is now.'),
})

export type RunFinding = z.infer<typeof runFindingSchema>

/** A finding of a run; it is of no feature, and of no change, unless `about` says so. */
export function runFinding(
  code: string,
  severity: RunFinding['severity'],
  message: string,
  about: Partial<Pick<RunFinding, 'feature' | 'before' | 'after'>> = {},
): RunFinding {
  return { code, severity, message, feature: null, before: null, after: null, ...about }
}

/** What part of the measure a change concerns. */
const kinds = [
  ...(['policy', 'judge', 'provider', 'prices', 'check', 'rubric'] as const),
  ...(['cases', 'suite', 'target', 'feature', 'setting', 'labels'] as const),
] as const

/** One difference between what judges a change and what the base commit would have judged it by. */
const measureChangeSchema = z.object({
  kind: z.enum(kinds).describe('What part of the measure it is.'),
  what: z.string().describe('In plain words, e.g. `threshold`, or `check contains "yes"`.'),
  feature: z.string().nullable().describe('Null where it concerns the whole project.'),
  case: z.string().nullable().describe('The case, or the first of several; null where no case is concerned.'),
  cases: z.int().min(0).describe('How many cases it concerns; 0 where none is.'),
  before: z.string().nullable().describe('The old value in plain words; null where there was none.'),
  after: z.string().nullable().describe('The new value; null where there is none.'),
  weakening: z.boolean().describe('It lets more pass than before, or makes the scores mean something else.'),
})

export type MeasureChange = z.infer<typeof measureChangeSchema>

/** What a run looked at and what it asked, summed over its features: the proof that a verdict rests on something. */
const runProofSchema = z.object({
  featuresKnown: count.nullable().describe('Features of the project; null where only one was named.'),
  featuresAffected: count.nullable().describe('Features that the change affects; null where the command does not ask.'),
  featuresJudged: count.describe('Features of which at least one answer has a score.'),
  cases: count.describe('Cases in the suites of the features that were run.'),
  casesAsked: count.describe('Cases that were asked at least once.'),
  casesScored: count.describe('Cases that have a score.'),
  answers: count.describe('Answers to cases, of both versions and all repeats.'),
  answersScored: count.describe('Those of them that have a score.'),
  calls: count.describe(
    'Calls of models and applications that were answered in this run: for answers, judgements and embeddings.',
  ),
  failedCalls: count.describe('Calls that were made and brought no answer.'),
  fromStore: count.describe('Questions that were answered from the store instead.'),
  fromRecordings: count.describe('Questions that were answered from recordings instead.'),
  oldestStored: z.iso
    .datetime({ offset: true })
    .nullable()
    .describe('When the oldest answer from the store was given; null where none was used.'),
  inputTokens: count.nullable().describe('Tokens that were sent in this run; null where no server counted.'),
  outputTokens: count.nullable().describe('Tokens that were answered in this run; null where no server counted.'),
  usd: z.number().nullable().describe('What the calls cost; null if none of them has a known price.'),
  unpricedCalls: count.describe('Calls without a known price.'),
})

export type RunProof = z.infer<typeof runProofSchema>

/** The report of one run, `sluice.report/1`: what was measured, what was decided, and why. */
export const reportSchema = z.object({
  schema: z.literal('sluice.report/1').describe('The version of this format.'),
  runId: z.string().describe('Identifies the run.'),
  startedAt: z.iso.datetime({ offset: true }).describe('When it began.'),
  durationMs: z.number().min(0).describe('How long it took, in milliseconds.'),
  sluiceVersion: z.string().describe('The release of Sluice.'),
  command: z.enum(['eval', 'gate', 'compare', 'nightly']).describe('What was run.'),
  reproduce: z.string().nullable().describe('The command line that repeats this run; null where there is none.'),
  git: z
    .object({
      head: z.string().nullable().describe('The commit that is checked out.'),
      base: z.string().nullable().describe('The commit that it is compared with.'),
      uncommitted: z
        .int()
        .min(0)
        .optional()
        .describe('Files of the working tree, which is what was judged, that differ from `head`.'),
    })
    .nullable()
    .describe('The commits; null outside a git repository.'),
  verdict: verdictSchema.nullable().describe('Of the whole run; null where nothing was to be decided (`eval`).'),
  exitCode: z.int().describe('The exit code of the command.'),
  notes: z.array(z.string()).describe('About the run as a whole, e.g. that no feature was affected.'),
  findings: z
    .array(runFindingSchema)
    .default([])
    .describe('What a reader must know before any number; reports of earlier releases have none.'),
  measureChanges: z
    .array(measureChangeSchema)
    .default([])
    .describe('How what judged this change differs from what the base commit judges by.'),
  run: runProofSchema
    .nullable()
    .default(null)
    .describe('What was looked at and asked; null in reports of earlier releases.'),
  features: z.array(featureReportSchema).describe('What became of each feature.'),
})

export type Report = z.infer<typeof reportSchema>

/** A report without its cases: small, whatever the size of the suite. */
export type ReportSummary = Omit<Report, 'features'> & { features: FeatureSummary[] }

/** The JSON Schema of report.json. Properties that it does not name are allowed. */
export function reportJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { io: 'input' })
  return {
    $schema,
    title: 'Sluice report',
    description: 'The result of sluice eval, gate, compare or nightly.',
    ...schema,
  }
}
