import { z } from 'zod'
import { type FeatureSummary, featureReportSchema, verdictSchema } from './feature-report.ts'
import { measureChangeSchema } from './measure-change.ts'
import { runFindingSchema } from './run-finding.ts'
import { runProofSchema } from './run-proof.ts'

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
