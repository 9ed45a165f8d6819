import type { FeatureReport } from '../../records/report/feature-report.ts'
import type { Report } from '../../records/report/report.ts'
import type { Verdict } from '../../records/verdict.ts'
import { timeOfNight } from '../nightly/night.ts'
import type { NightRecord } from '../nightly/night-record.ts'

/** What measured a point: a night, or a run of this command. */
export type PointKind = 'night' | 'gate' | 'eval' | 'compare'

/** One feature as one night or one run measured it. What is unknown is null. */
export interface MeasuredPoint {
  kind: PointKind
  /** ms since the epoch. */
  at: number
  /** The night, or when the run began. */
  name: string
  feature: string
  version: string
  verdict: Verdict | null
  score: { mean: number | null; ciLow: number | null; ciHigh: number | null; threshold: number | null }
  /** Null where no judge was asked. */
  judge: { id: string; model: string; served: readonly string[] } | null
  /** The name of the suite, where it was kept, and a hash of each case by its id; runs of before kept ids alone. */
  suite: { name: string | null; cases: ReadonlyMap<string, string | null> }
  /** USD of the calls with a known price. */
  usd: number | null
  unpricedCalls: number
  /** Latency of answers, and the share of verdicts of the judge that flipped when repeated: runs keep them. */
  p50Ms: number | null
  p95Ms: number | null
  flipRate: number | null
  /** Sentences of drifts that were found. */
  alarms: readonly { code: string; message: string }[]
}

const isDrift = ({ code }: { code: string }) => code.endsWith('-drift')

/** A night as the history has it, with what a stored run of the same night knows beside it. */
export function pointOfNight(record: NightRecord, run: MeasuredPoint | undefined): MeasuredPoint {
  const { night, score, judge, served, suite, cases, verdict, version, feature, costUsd, unpricedCalls } = record
  return {
    kind: 'night',
    at: timeOfNight(night),
    name: night,
    feature,
    version,
    verdict,
    // A night without a threshold is kept with 0.
    score: { ...score, threshold: score.threshold === 0 ? null : score.threshold },
    judge: { ...judge, served: served.judge.models },
    suite: { name: suite, cases: new Map(cases.map(({ id, hash }) => [id, hash])) },
    usd: costUsd,
    unpricedCalls,
    p50Ms: run?.p50Ms ?? null,
    p95Ms: run?.p95Ms ?? null,
    flipRate: run?.flipRate ?? null,
    alarms: record.reasons.filter(isDrift),
  }
}

/** A feature of a stored run. */
export function pointOfRun(
  { command, startedAt }: Pick<Report, 'command' | 'startedAt'>,
  one: FeatureReport,
): MeasuredPoint {
  const { feature, candidate, verdict, score, judge, cases, cost, latency, nightly, reasons } = one
  const { mean, ciLow, ciHigh, threshold } = score
  return {
    kind: command === 'nightly' ? 'night' : command,
    at: nightly ? timeOfNight(nightly.night) : Date.parse(startedAt),
    name: nightly?.night ?? `${startedAt.slice(0, 16).replace('T', ' ')}Z`,
    feature,
    version: candidate.id,
    verdict,
    score: { mean, ciLow, ciHigh, threshold },
    judge: judge && { id: judge.id, model: judge.model, served: nightly?.served.judge.models ?? [] },
    suite: { name: null, cases: new Map(cases.map(({ id, hash = null }) => [id, hash])) },
    usd: cost.usd,
    unpricedCalls: cost.unpricedCalls,
    p50Ms: latency.p50Ms,
    p95Ms: latency.p95Ms,
    flipRate: judge?.flipRate ?? null,
    alarms: reasons.filter(isDrift).map(({ code, message }) => ({ code, message })),
  }
}
