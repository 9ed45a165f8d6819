import type { Drift } from '../../records/report/night-report.ts'
import { momentsOf } from '../../stats/index.ts'
import { decide } from '../verdict/decide.ts'
import type { GateCase } from '../verdict/gate-case.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import type { NightRecord } from './night-record.ts'

/** One case of this night. */
export interface TonightCase {
  id: string
  hash: string
  weight: number
  cluster: string | undefined
  tags: readonly string[]
  fresh: readonly number[]
  /** Scores of the kept answers, judged tonight; empty where none are kept. */
  frozen: readonly number[]
  /** The kept answers' night, and the scores that they had then. */
  kept: { night: string; scores: readonly number[] } | undefined
}

type Pairing = (tonight: TonightCase) => { candidate: readonly number[]; baseline: readonly number[] } | undefined

/**
 * The drifts since an earlier night, by part. New and kept answers are both judged tonight, so the provider alone
 * explains their difference. Kept answers judged tonight and then differ by the judge alone. Both together are the
 * whole change. Only cases that are the same on both nights count. `last` must be of the same version and judge.
 */
export function driftsOf(cases: readonly TonightCase[], last: NightRecord | undefined, policy: GatePolicy): Drift[] {
  const nights = cases.flatMap(({ kept, frozen }) => (kept && frozen.length > 0 ? [kept.night] : [])).sort()
  const [reference] = nights
  if (reference === undefined) return []
  const test = (part: Drift['part'], against: Drift['against'], since: string, pair: Pairing) => {
    const result = testDrift(pairUp(cases, pair), policy)
    return result ? [{ part, against, since, ...result }] : []
  }
  const sinceReference = [
    ...test('provider', 'reference', reference, ({ fresh, frozen }) => ({ candidate: fresh, baseline: frozen })),
    ...test(
      'judge',
      'reference',
      reference,
      ({ frozen, kept }) => kept && { candidate: frozen, baseline: kept.scores },
    ),
  ]
  if (!last) return sinceReference
  const before = new Map(last.cases.map((row) => [row.id, row]))
  const sameBefore = ({ id, hash, kept }: TonightCase) => {
    const row = before.get(id)
    return row && row.hash === hash && row.frozenOf !== null && row.frozenOf === kept?.night ? row : undefined
  }
  return [
    ...sinceReference,
    ...test('provider', 'last', last.night, (tonight) => {
      const row = sameBefore(tonight)
      return row && { candidate: ownChange(tonight), baseline: ownChange(row) }
    }),
    ...test('judge', 'last', last.night, (tonight) => {
      const row = sameBefore(tonight)
      return row && { candidate: tonight.frozen, baseline: row.frozen }
    }),
  ]
}

/** The difference of new and kept answers of one case. Both were judged on the same night, so the judge cancels out. */
function ownChange({ fresh, frozen }: { fresh: readonly number[]; frozen: readonly number[] }): number[] {
  const [now, then] = [momentsOf(fresh)?.mean, momentsOf(frozen)?.mean]
  return now === undefined || then === undefined ? [] : [now - then]
}

function pairUp(cases: readonly TonightCase[], pair: Pairing): GateCase[] {
  return cases.flatMap((tonight) => {
    const { candidate = [], baseline = [] } = pair(tonight) ?? {}
    if (candidate.length === 0 || baseline.length === 0) return []
    const { id, weight, cluster, tags } = tonight
    return [{ id, weight, cluster, tags, critical: false, candidate, baseline }]
  })
}

type TestedDrift = Omit<Drift, 'part' | 'against' | 'since'>

/**
 * The gate's paired test in both directions, in one round. Kept answers are a single sample of what the provider gave
 * that night. So the spread between cases counts, which includes that noise; the repeats of tonight alone would not.
 */
export function testDrift(cases: readonly GateCase[], policy: GatePolicy): TestedDrift | undefined {
  const oneRound: GatePolicy = {
    ...policy,
    looks: [1],
    criticalRepeats: 1,
    threshold: undefined,
    estimand: 'population',
  }
  const { decision } = decide(cases, oneRound, undefined, { last: true })
  const comparison = decision?.comparison
  if (!comparison) return undefined
  const swapped = cases.map((row) => ({ ...row, candidate: row.baseline ?? [], baseline: row.candidate }))
  const up = decide(swapped, oneRound, undefined, { last: true }).decision?.comparison?.verdict === 'fail'
  return {
    cases: comparison.pairs,
    meanDifference: comparison.meanDifference,
    ciLow: comparison.ciLow,
    ciHigh: comparison.ciHigh,
    margin: comparison.margin,
    detectableDrop: comparison.detectableDrop,
    direction: comparison.verdict === 'fail' ? 'down' : up ? 'up' : null,
    tags: (decision?.tags ?? [])
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ tag, meanDifference }) => ({ tag, meanDifference })),
  }
}
