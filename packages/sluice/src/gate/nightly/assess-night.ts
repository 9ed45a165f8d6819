import type { NightReport, Served } from '../../records/report/night-report.ts'
import type { JudgeBridge } from '../../records/report/upgrade-report.ts'
import { formatScore } from '../../text/format.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'
import { decide } from '../verdict/decide.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import type { VerdictReason } from '../verdict/reasons.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'
import { driftsOf, type TonightCase, testDrift } from './drift.ts'
import { driftReasons } from './drift-reasons.ts'
import { type FreshAnswers, similarityTo } from './kept-answers.ts'
import { notComparable } from './night-notes.ts'
import type { NightCase, NightRecord, Sentinel } from './night-record.ts'
import { servedChanges } from './served.ts'
import { type SuiteChange, suiteChange } from './suite-change.ts'

/** Everything that was measured this night. */
export interface NightMeasured {
  version: string
  model: string
  judge: { id: string; model: string }
  suite: string
  /** The cases by position: `candidate` holds new answers, `baseline` kept ones, both scored tonight. */
  cases: readonly CaseScores[]
  /** The hash of each case, by position. */
  hashes: readonly string[]
  /** Kept answers that were judged tonight, by case. */
  sentinels: ReadonlyMap<string, Sentinel>
  fresh: ReadonlyMap<string, FreshAnswers>
  served: Served
  /** Whether a judge was asked at all; otherwise only checks gave scores. */
  judged: boolean
  /** The verdict on the level of tonight's scores. */
  level: FinalVerdict
  last: NightRecord | undefined
  /** Between the judge of the night before and this one, where they differ and it was built. */
  bridge?: JudgeBridge | undefined
  policy: GatePolicy
}

export type NightAssessment = Omit<NightReport, 'night' | 'trend' | 'served'> & {
  verdict: FinalVerdict
  cases: NightCase[]
}

/** Assesses a night: the verdict, and which part caused a change. */
export function assessNight(measured: NightMeasured): NightAssessment {
  const { last, policy, version, judge, suite, cases, sentinels, level, bridge } = measured
  const obstacle = last && notComparable({ version, judge: judge.id, suite }, last, bridge)
  const comparable = obstacle && obstacle.code !== 'suite-changed' ? undefined : last
  const rows = nightCases(measured)
  const tonight = cases.map((scores, position) => tonightCase(scores, position, measured))
  const drifts = driftsOf(tonight, comparable, policy)
  const change = last ? suiteChange(rows, last.cases) : null
  const outputDrift = comparable && outputChange(rows, comparable, policy)
  const nights = [...sentinels.values()].map(({ night }) => night).sort()
  return {
    verdict: nightVerdict(levelWithout(change, level, cases, policy), driftReasons(drifts, policy, measured.judged)),
    reference: nights[0] ?? null,
    last: last?.night ?? null,
    drifts,
    suiteChange: change,
    events: [...(obstacle ? [obstacle] : []), ...servedEvents(measured), ...(outputDrift ? [outputDrift] : [])],
    outputs: outputsOf(measured),
    cases: rows,
  }
}

function servedEvents({ last, model, judge, served }: NightMeasured) {
  if (!last) return []
  const stages = [
    ...(last.model === model ? (['generation'] as const) : []),
    ...(last.judge.model === judge.model ? (['judge'] as const) : []),
  ]
  return servedChanges(served, last.served, last.night, stages)
}

function tonightCase(scores: CaseScores, position: number, { hashes, sentinels }: NightMeasured): TonightCase {
  const { id, weight, cluster, tags, candidate, baseline } = scores
  return {
    id,
    hash: hashes[position] ?? '',
    weight,
    cluster,
    tags,
    fresh: scoredRepeats(candidate),
    frozen: scoredRepeats(baseline),
    kept: sentinels.get(id),
  }
}

function nightCases({ cases, hashes, sentinels, fresh }: NightMeasured): NightCase[] {
  return cases.map(({ id, candidate, baseline }, position) => {
    const sentinel = sentinels.get(id)
    const answers = fresh.get(id)
    return {
      id,
      hash: hashes[position] ?? '',
      fresh: [...scoredRepeats(candidate)],
      frozen: [...scoredRepeats(baseline)],
      frozenOf: sentinel?.night ?? null,
      similarity: sentinel && answers ? similarityTo(sentinel, answers).similarity : null,
    }
  })
}

function outputsOf({ sentinels, fresh }: NightMeasured): NightReport['outputs'] {
  const found = [...sentinels.values()].flatMap((sentinel) => {
    const answers = fresh.get(sentinel.case)
    return answers ? [similarityTo(sentinel, answers)] : []
  })
  if (found.length === 0) return null
  return {
    compared: found.length,
    identical: found.filter(({ identical }) => identical).length,
    similarity: found.reduce((sum, { similarity }) => sum + similarity, 0) / found.length,
  }
}

/** The codes of reasons that say that too little was measured for any verdict. */
const gaps = new Set(['coverage', 'budget', 'no-scores'])

/**
 * The verdict on a night: any drift fails, besides what the level of tonight's scores says. Where too few cases have a
 * score nothing is decided, drift included.
 */
function nightVerdict(level: FinalVerdict, drifts: readonly VerdictReason[]): FinalVerdict {
  if (drifts.length === 0 || level.reasons.some(({ code }) => gaps.has(code))) return level
  const failed = level.verdict === 'fail' ? level.reasons : []
  return { verdict: 'fail', strength: 'strong', reasons: [...drifts, ...failed], exitCode: 1 }
}

const ofThreshold = new Set(['below-threshold', 'threshold-undecided'])

/**
 * The verdict on the level of the scores, apart from changes of the suite. Where the threshold is missed only with the
 * cases that are new tonight, a note says so and nobody is alarmed. From the next night on they count.
 */
function levelWithout(
  change: SuiteChange | null,
  level: FinalVerdict,
  cases: readonly CaseScores[],
  policy: GatePolicy,
): FinalVerdict {
  if (!change || level.verdict === 'pass' || !level.reasons.some(({ code }) => ofThreshold.has(code))) return level
  const changed = new Set([...change.added, ...change.edited])
  const same = gateCases(cases, false)
    .filter(({ id }) => !changed.has(id))
    .map((row) => ({ ...row, critical: false }))
  const onlyRound = { ...policy, looks: policy.looks.slice(0, 1) }
  const { decision } = decide(same, onlyRound, undefined, { last: true })
  if (decision?.verdict !== 'pass' || !decision.threshold) return level
  const others = level.reasons.filter(({ code }) => !ofThreshold.has(code))
  if (others.length > 0) return { ...level, reasons: others }
  const { threshold, mean } = decision.threshold
  const message = `The threshold of ${threshold} is missed only with the cases that are new tonight: without them the mean is ${formatScore(mean)}. From the next night on they count.`
  return {
    verdict: 'pass',
    strength: decision.strength,
    reasons: [{ code: 'suite-change', message, tag: null, case: null }, ...decision.reasons],
    exitCode: 0,
  }
}

/**
 * The event that tonight's answers resemble the kept ones less than last night's did, by more than the tag margin in a
 * paired test. Undefined where that is not shown, also on the first two nights, which have nothing to compare with. It
 * is no alarm, since other words may be just as good.
 */
function outputChange(
  cases: readonly NightCase[],
  last: NightRecord,
  policy: GatePolicy,
): { code: 'outputs-changed'; message: string } | undefined {
  const before = new Map(last.cases.map((row) => [row.id, row]))
  const pairs = cases.flatMap(({ id, hash, frozenOf, similarity }) => {
    const row = before.get(id)
    if (!row || row.similarity === null || similarity === null) return []
    if (row.hash !== hash || row.frozenOf !== frozenOf) return []
    return [{ id, weight: 1, tags: [], critical: false, candidate: [similarity], baseline: [row.similarity] }]
  })
  const drift = testDrift(pairs, { ...policy, margin: policy.tagMargin })
  if (drift?.direction !== 'down') return undefined
  const message = `The answers look different since ${last.night}: their similarity to the kept ones fell by ${formatScore(-drift.meanDifference)} over ${drift.cases} cases.`
  return { code: 'outputs-changed', message }
}
