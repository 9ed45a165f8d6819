import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { NightAssessment, NightMeasured } from './assess-night.ts'
import { historyFormat, type NightRecord, type Sentinel } from './night-record.ts'

export interface NightStamp {
  feature: string
  night: string
  /** ms since the epoch. */
  startedAt: number
}

/** The night as the history keeps it. */
export function recordNight(
  { feature, night, startedAt }: NightStamp,
  { version, model, judge, suite, served }: NightMeasured,
  { verdict, cases }: NightAssessment,
  { score, cost }: FeatureSummary,
): NightRecord {
  return {
    schema: historyFormat,
    kind: 'night',
    feature,
    night,
    startedAt: new Date(startedAt).toISOString(),
    version,
    model,
    judge,
    suite,
    verdict: verdict.verdict,
    exitCode: verdict.exitCode,
    reasons: verdict.reasons.map(({ code, message }) => ({ code, message })),
    score: { mean: score.mean, ciLow: score.ciLow, ciHigh: score.ciHigh, threshold: score.threshold ?? 0 },
    costUsd: cost.usd,
    unpricedCalls: cost.unpricedCalls,
    served,
    cases,
  }
}

/**
 * The answers to keep from this night: those of cases without kept answers, or whose kept answers belong to another
 * text of the case. With `newReference` the answers of all cases.
 */
export function answersToKeep(
  { feature, night }: NightStamp,
  { version, judge, cases, hashes, fresh }: NightMeasured,
  known: ReadonlyMap<string, Sentinel>,
  newReference: boolean,
): Sentinel[] {
  return cases.flatMap(({ id }, position) => {
    const answered = fresh.get(id)
    const hash = hashes[position] ?? ''
    const kept = known.get(id)
    const isKept = kept !== undefined && kept.hash === hash && kept.night !== night && !newReference
    if (!answered || isKept) return []
    return [
      {
        schema: historyFormat,
        kind: 'sentinel',
        feature,
        version,
        judge: judge.id,
        case: id,
        hash,
        night,
        ...answered,
      },
    ]
  })
}
