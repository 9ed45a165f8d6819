import { z } from 'zod'
import { featureSummarySchema } from '../../../records/report/feature-report.ts'
import type { GateEvidence } from '../../../records/version.ts'
import { fallenCasesSchema } from '../../release/fallen-cases.ts'

const {
  score,
  coverage,
  comparison,
  holdout,
  threshold,
  cost,
  latency,
  judge,
  reasons,
  notes,
  confidence,
  candidate,
  baseline,
} = featureSummarySchema.shape

/** Whoever publishes may send any report, and earlier releases wrote other ones: what cannot be read is not known. */
const readable = z.object({
  candidate: candidate.nullable().catch(null),
  baseline: baseline.catch(null),
  reasons: reasons.nullable().catch(null),
  notes: notes.nullable().catch(null),
  advice: z.string().nullable().catch(null),
  confidence: confidence.nullable().catch(null),
  score: score.nullable().catch(null),
  coverage: coverage.nullable().catch(null),
  comparison: comparison.catch(null),
  holdout: holdout.catch(undefined),
  threshold: threshold.catch(null),
  judge: judge.catch(null),
  cost: cost.nullable().catch(null),
  latency: latency.nullable().catch(null),
  /** Null: whoever published it did not say. */
  fallen: fallenCasesSchema.nullable().catch(null),
})

/** What the report that was published with a version says. Null is what it does not say, or says unreadably. */
export interface GateRecord
  extends z.output<typeof readable>,
    Pick<GateEvidence, 'verdict' | 'strength' | 'exitCode' | 'runId' | 'sluiceVersion'> {
  /** When the run began, ms since the epoch; null if its time cannot be read. */
  at: number | null
  /** Cases with a score in both versions; null where the report does not say how many, or unreadably. */
  pairs: number | null
}

export function gateRecordOf(evidence: GateEvidence): GateRecord {
  const { verdict, strength, exitCode, runId, sluiceVersion, startedAt, summary } = evidence
  const at = Date.parse(startedAt)
  const told: { comparison?: unknown } = typeof summary === 'object' && summary !== null ? summary : {}
  const read = readable.parse(told)
  // A run that has nothing to compare has no comparison; one that cannot be read is another thing.
  const pairs = told.comparison === null ? 0 : (read.comparison?.pairs ?? null)
  return { ...read, pairs, verdict, strength, exitCode, runId, sluiceVersion, at: Number.isFinite(at) ? at : null }
}

/** The share of the suite's cases that have no score, in [0,1]; null if that is not known. */
export function unscoredShare({ coverage: of }: Pick<GateRecord, 'coverage'>): number | null {
  if (of === null || of.cases === 0) return null
  return (of.cases - of.scored - of.checkFailed) / of.cases
}
