import { z } from 'zod'
import type { GateEvidence } from '../../release/version-record.ts'
import { verdictSchema } from '../../report/feature-report.ts'
import { Problem } from '../http/problem.ts'

/** A report.json, whole or without its cases, as far as a release rests on it. */
export const gateReport = z.looseObject({
  schema: z.literal('sluice.report/1'),
  runId: z.string().max(200),
  startedAt: z.iso.datetime({ offset: true }),
  sluiceVersion: z.string().max(100),
  exitCode: z.int(),
  verdict: verdictSchema.nullable(),
  features: z.array(
    z.looseObject({
      feature: z.string(),
      verdict: verdictSchema.nullable(),
      strength: z.enum(['strong', 'weak']).nullish(),
      candidate: z.looseObject({ id: z.string() }),
    }),
  ),
})

/**
 * What a report says about one version of one feature.
 * @throws Problem 400 where it says nothing about it
 */
export function gateEvidence(report: z.output<typeof gateReport>, feature: string, version: string): GateEvidence {
  const part = report.features.find((part) => part.feature === feature && part.candidate.id === version)
  if (!part) throw mismatch(`The report is not about version ${version} of ${feature}: run the gate for it.`)
  if (part.verdict === null) throw mismatch('The report holds no verdict: send that of sluice gate.')
  const { cases: _, ...summary } = part
  const { runId, startedAt, sluiceVersion } = report
  const exitCode = exitCodeOf(part.verdict, report.exitCode)
  return { verdict: part.verdict, strength: part.strength ?? null, exitCode, runId, startedAt, sluiceVersion, summary }
}

/** That of a run with this feature alone: others of the same run may have failed. */
function exitCodeOf(verdict: GateEvidence['verdict'], ofRun: number): number {
  if (verdict === 'pass') return 0
  if (verdict === 'fail') return 1
  return ofRun === 0 ? 0 : 2
}

function mismatch(detail: string): Problem {
  return new Problem({ status: 400, code: 'report-mismatch', detail, errors: [{ path: '/report', message: detail }] })
}
