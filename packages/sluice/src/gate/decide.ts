import { conclude, type GateDecision } from './conclude.ts'
import type { GateCase } from './gate-case.ts'
import { type GateLook, type GateState, lookAt } from './gate-look.ts'
import type { GatePolicy } from './policy.ts'
import { isOpen } from './three-way-test.ts'

/** Positions in the list of cases. */
export type Positions = 'all' | ReadonlySet<number>

/** Which cases need how many repeats before the next look, counted from the first repeat. */
export interface Wanted {
  repeats: number
  candidate: Positions
  baseline: Positions
}

export type GateStep =
  | { state: GateState; wanted: Wanted; decision?: never }
  | { state: GateState; decision: GateDecision; wanted?: never }

/**
 * One look of the gate: tests what is undecided on the scores at hand, and either decides or names the repeats that
 * are still needed. Fails as soon as anything fails; passes when the difference, the threshold, every suspicious tag and
 * every critical case are settled. Without a `baseline` in any case the threshold is judged alone; without a `threshold`
 * in the policy the difference alone.
 *
 * @param before the state of the step before; absent at the first look
 * @param options.last no further repeats can be had, so that this look must do
 */
export function decide(
  cases: readonly GateCase[],
  policy: GatePolicy,
  before?: GateState,
  { last = false }: { last?: boolean } = {},
): GateStep {
  const look = lookAt(cases, policy, before)
  const { looks, difference, threshold, tags } = look
  const state = { looks, difference, threshold, tags }
  const wanted = last || isOver(look) ? undefined : wantedAfter(look)
  return wanted ? { state, wanted } : { state, decision: conclude(look) }
}

/** Whether the case at a position is among those wanted. */
export function isWanted(positions: Positions, position: number): boolean {
  return positions === 'all' || positions.has(position)
}

/** Something failed, or nothing can be judged at all: further repeats would be paid for nothing. */
function isOver({ difference, threshold, tags, critical, cases }: GateLook): boolean {
  const failed = [difference, threshold].some((test) => test?.outcome === 'fail')
  const nothingToTest = !difference && !threshold
  const nothingScored = cases.every(({ candidate }) => candidate === undefined)
  return (
    failed ||
    nothingToTest ||
    nothingScored ||
    tags.some((tag) => tag.failed) ||
    critical.some(({ decision }) => decision === 'fail')
  )
}

function wantedAfter(look: GateLook): Wanted | undefined {
  const { looks, difference, threshold, tags, byTag, critical, policy } = look
  const repeats = policy.looks[looks]
  const undecidedCritical = critical.filter(({ decision }) => decision === 'undecided').map(({ position }) => position)
  if (repeats === undefined) return wantedBeyond(look, undecidedCritical)
  const suspicious = new Set<number>()
  for (const { tag } of tags.filter((test) => test.suspicious)) {
    for (const { position } of byTag.get(tag) ?? []) suspicious.add(position)
  }
  const differenceOpen = difference !== undefined && isOpen(difference)
  const thresholdOpen = threshold !== undefined && isOpen(threshold)
  const candidate = differenceOpen || thresholdOpen ? 'all' : new Set([...suspicious, ...undecidedCritical])
  const baseline = differenceOpen ? 'all' : suspicious
  if (candidate !== 'all' && candidate.size === 0) return undefined
  return { repeats, candidate, baseline }
}

/** After the last look undecided critical cases go on, once, as far as the policy lets them. */
function wantedBeyond({ looks, policy }: GateLook, undecidedCritical: number[]): Wanted | undefined {
  const last = policy.looks.at(-1) ?? 0
  const mayGoOn = looks === policy.looks.length && policy.criticalRepeats > last && undecidedCritical.length > 0
  if (!mayGoOn) return undefined
  return { repeats: policy.criticalRepeats, candidate: new Set(undecidedCritical), baseline: new Set() }
}
