import { z } from 'zod'
import { type FeatureSummary, featureReportSchema } from './feature-report.ts'
import { verdictSchema } from './verdict.ts'

const count = z.int().min(0)

/**
 * What weakens or changes a whole run: that the change brought a looser measure, that a feature of the base is gone, where
 * answers were sent. It stands above every number of the report.
 */
const runFindingSchema = z.object({
  /** For machines, e.g. `margin-raised`. */
  code: z.string(),
  /** `error` explains a verdict that is no pass, `warning` weakens a pass, `note` is to be known. */
  severity: z.enum(['error', 'warning', 'note']),
  /** For people: whole sentences. */
  message: z.string(),
  /** Null where it concerns the whole run. */
  feature: z.string().nullable(),
  /** What a setting was at the base commit, as a person would write it; null where there was none. */
  before: z.string().nullable(),
  /** What it is now. */
  after: z.string().nullable(),
})

export type RunFinding = z.infer<typeof runFindingSchema>

/** What part of the measure a change concerns. */
const kinds = [
  ...(['policy', 'judge', 'provider', 'prices', 'check', 'rubric'] as const),
  ...(['cases', 'suite', 'target', 'feature', 'setting'] as const),
] as const

/** One difference between what judges a change and what the base commit would have judged it by. */
const measureChangeSchema = z.object({
  kind: z.enum(kinds),
  /** In plain words, e.g. `threshold`, or `check contains "yes"`. */
  what: z.string(),
  /** Null where it concerns the whole project. */
  feature: z.string().nullable(),
  /** The case, or the first of several; null where no case is concerned. */
  case: z.string().nullable(),
  /** How many cases it concerns; 0 where none is. */
  cases: z.int().min(0),
  /** The old and the new value in plain words; null where there was or is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** It lets more pass than before, or makes the scores mean something else. */
  weakening: z.boolean(),
})

export type MeasureChange = z.infer<typeof measureChangeSchema>

/** What a run looked at and what it asked, summed over its features: the proof that a verdict rests on something. */
const runProofSchema = z.object({
  /** Features of the project; null where only one was named. */
  featuresKnown: count.nullable(),
  /** Features that the change affects; null where the command does not ask. */
  featuresAffected: count.nullable(),
  /** Features of which at least one answer has a score. */
  featuresJudged: count,
  /** Cases in the suites of the features that were run. */
  cases: count,
  /** Cases that were asked at least once. */
  casesAsked: count,
  /** Cases that have a score. */
  casesScored: count,
  /** Answers to cases, of both versions and all repeats, and those that have a score. */
  answers: count,
  answersScored: count,
  /** Calls of models and applications that were answered in this run: for answers, judgements and embeddings. */
  calls: count,
  /** Calls that were made and brought no answer. */
  failedCalls: count,
  /** Questions that were answered from the store instead, and from recordings. */
  fromStore: count,
  fromRecordings: count,
  /** When the oldest answer from the store was given; null where none was used. */
  oldestStored: z.iso.datetime({ offset: true }).nullable(),
  /** Of the calls of this run; null where no server counted. */
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
  /** What the calls cost; null if none of them has a known price. */
  usd: z.number().nullable(),
  unpricedCalls: count,
})

export type RunProof = z.infer<typeof runProofSchema>

/** The report of one run, `sluice.report/1`: what was measured, what was decided, and why. */
export const reportSchema = z.object({
  schema: z.literal('sluice.report/1'),
  runId: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().min(0),
  sluiceVersion: z.string(),
  command: z.enum(['eval', 'gate', 'compare', 'nightly']),
  /** The command line that repeats this run; null where there is none. */
  reproduce: z.string().nullable(),
  /** Null outside a git repository. */
  git: z
    .object({
      head: z.string().nullable(),
      base: z.string().nullable(),
      /** Files of the working tree, which is what was judged, that differ from `head`. */
      uncommitted: z.int().min(0).optional(),
    })
    .nullable(),
  /** Null where nothing was to be decided (`eval`). */
  verdict: verdictSchema.nullable(),
  exitCode: z.int(),
  /** About the run as a whole, e.g. that no feature was affected. */
  notes: z.array(z.string()),
  /** What a reader must know before any number; reports of earlier releases have none. */
  findings: z.array(runFindingSchema).default([]),
  /** How what judged this change differs from what the base commit judges by; empty where nothing was compared. */
  measureChanges: z.array(measureChangeSchema).default([]),
  /** What was looked at and asked; null in reports of earlier releases. */
  run: runProofSchema.nullable().default(null),
  features: z.array(featureReportSchema),
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
