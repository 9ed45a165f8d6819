import type { GateEvidence, VersionRecord } from '../../../records/version.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { Services } from '../services.ts'

/**
 * The version, if it may be released: it has passed the gate, or the caller gives a reason for an override.
 * @throws Problem 404 if there is no such version, 409 without a passing report and override
 */
export async function releasable(
  { store }: Services,
  feature: string,
  id: string,
  override: { reason: string } | undefined,
): Promise<VersionRecord> {
  const version = await store.version(feature, id)
  if (!version) throw notFound(`${feature} has no version ${id}: publish it first.`)
  const gate = gateRefusal(version)
  if (gate === null || override) return version
  const detail = `Version ${id} of ${feature} has not passed: ${gate}. Publish a passing report, or give a reason to release it anyway (override.reason, --override).`
  throw new Problem({ status: 409, code: 'not-passed', detail })
}

/** Why a version may not be released without an override; null where it may. */
export function gateRefusal({ report }: Pick<VersionRecord, 'report'>): string | null {
  if (hasPassed(report)) return null
  return report ? `its gate said ${report.verdict}` : 'it has no gate report'
}

/** Whether the gate's exit code was 0. This includes a weak pass. */
function hasPassed(report: GateEvidence | null): boolean {
  return report?.verdict === 'pass' && report.exitCode === 0
}

/** Why a version may be released, for the audit log. */
export function releaseEvidence({ report }: VersionRecord, override: { reason: string } | undefined): object {
  const gate = report && { verdict: report.verdict, strength: report.strength, runId: report.runId }
  return { gate, override: override?.reason ?? null }
}
