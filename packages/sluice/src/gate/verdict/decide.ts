import type { VersionRole } from '../../records/report/case-detail.ts'
import { conclude, type GateDecision } from './conclude.ts'
import { judgeCritical } from './critical.ts'
import type { GateCase } from './gate-case.ts'
import { evaluateRound, type GateRound, type GateState } from './gate-round.ts'
import { isMetricOpen } from './metric-tests.ts'
import { type GatePolicy, roundsBeyond } from './policy.ts'
import { isOpen } from './three-way-test.ts'

/** Positions in the list of cases. */
export type Positions = 'all' | ReadonlySet<number>

/** Which cases need how many repeats before the next round, counted from the first repeat. */
export interface Wanted {
  repeats: number
  candidate: Positions
  baseline: Positions
}

export type GateStep =
  | { state: GateState; wanted: Wanted; decision?: never }
  | { state: GateState; decision: GateDecision; wanted?: never }

/**
 * One round of the gate: tests what is undecided on the scores at hand, and either decides or names the repeats that
 * are still needed. It fails as soon as anything fails. It passes when the difference, the threshold, every suspicious
 * tag and every critical case are settled. Without a `baseline` in any case the threshold is judged alone; without a
 * `threshold` in the policy the difference alone.
 *
 * @param before the state after the round before; absent in the first round
 * @param options.last no further repeats can be had, so that this round is the last
 */
export function decide(
  cases: readonly GateCase[],
  policy: GatePolicy,
  before?: GateState,
  { last = false }: { last?: boolean } = {},
): GateStep {
  const round = evaluateRound(cases, policy, { before, last })
  const { looks, difference, threshold, tags, metrics } = round
  const state = { looks, difference, threshold, tags, metrics }
  const wanted = last || isOver(round) ? undefined : wantedAfter(round)
  // Without further repeats a critical case is judged by those that it has.
  return wanted
    ? { state, wanted }
    : { state, decision: conclude({ ...round, critical: judgeCritical(cases, policy, true) }) }
}

/** Whether the case at a position is among those wanted. */
export function isWanted(positions: Positions, position: number): boolean {
  return positions === 'all' || positions.has(position)
}

/** Whether something failed, or nothing can be judged at all, so that further repeats would be in vain. */
function isOver({ difference, threshold, tags, metrics, critical, cases }: GateRound): boolean {
  const failed = [difference, threshold].some((test) => test?.outcome === 'fail')
  const nothingToTest = !difference && !threshold
  const nothingScored = cases.every(({ candidate }) => candidate === undefined)
  return (
    failed ||
    nothingToTest ||
    nothingScored ||
    [...tags, ...metrics].some((test) => test.failed) ||
    critical.some(({ decision }) => decision === 'fail')
  )
}

function wantedAfter(round: GateRound): Wanted | undefined {
  const { looks, difference, threshold, tags, metrics, byTag, policy } = round
  const repeats = policy.looks[looks]
  const critical = undecidedCritical(round)
  if (repeats === undefined) {
    const beyond = roundsBeyond(policy)[looks - policy.looks.length]
    return beyond === undefined || critical.candidate.size + critical.baseline.size === 0
      ? undefined
      : { repeats: beyond, ...critical }
  }
  const suspicious = new Set<number>()
  for (const { tag } of tags.filter((test) => test.suspicious)) {
    for (const { position } of byTag.get(tag) ?? []) suspicious.add(position)
  }
  const isMetricLeft = (which: 'margin' | 'min') => metrics.some((test) => test.which === which && isMetricOpen(test))
  const differenceOpen = (difference !== undefined && isOpen(difference)) || isMetricLeft('margin')
  const thresholdOpen = (threshold !== undefined && isOpen(threshold)) || isMetricLeft('min')
  const candidate = differenceOpen || thresholdOpen ? 'all' : new Set([...suspicious, ...critical.candidate])
  const baseline = differenceOpen ? 'all' : new Set([...suspicious, ...critical.baseline])
  const nothing = candidate !== 'all' && baseline !== 'all' && candidate.size + baseline.size === 0
  if (nothing) return undefined
  return { repeats, candidate, baseline }
}

/** The critical cases that need more repeats. Their baseline gets more only where it fails as well. */
function undecidedCritical({ critical }: GateRound): { candidate: Set<number>; baseline: Set<number> } {
  const openIn = (role: VersionRole) =>
    new Set(critical.filter(({ open }) => open[role]).map(({ position }) => position))
  return { candidate: openIn('candidate'), baseline: openIn('baseline') }
}
