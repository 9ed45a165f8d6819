import type { PlannedReach, WantedPlan } from '../../records/report/gate-plan.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import { type Design, reachOf } from './reach.ts'
import type { SuiteNoise } from './suite-noise.ts'

interface WantedDrop {
  drop: number
  noise: SuiteNoise
  policy: GatePolicy
  /** The fewest cases that a plan may have: those that are there. */
  least: number
  /** What a design costs. */
  priced(design: Design): Pick<PlannedReach, 'answers' | 'usd' | 'minutes'>
}

const mostCases = 100_000
/** Plans whose answers differ by less than this share cost the same: fewer cases to write decide. */
const same = 0.02

/**
 * The designs that find a drop of this size with 80 % probability, also if it comes from few answers: one for each
 * number of repeats, the one with the fewest answers first. The gate fails no drop within its margin, so a drop that
 * the margin forgives takes a smaller one: half of the drop, under which an unchanged version must pass as surely. A
 * single answer per case is no plan where two can be had: it cannot tell noise from a change that differs by case.
 */
export function plansFor({ drop, noise, policy, least, priced }: WantedDrop): WantedPlan[] {
  const isForgiven = drop <= policy.margin
  const margin = isForgiven ? drop / 2 : policy.margin
  const last = policy.looks.at(-1) ?? 1
  const repeats = [...new Set([...policy.looks, last * 2])].filter((each) => each > 1)
  const plans = repeats.flatMap((each): WantedPlan[] => {
    const reach = (cases: number) => reachOf(noise, { cases, repeats: each }, { policy, margin, among: 1 })
    const isEnough = (cases: number) => {
      const { dropInFewAnswers, smallestMargin } = reach(cases)
      const passes = smallestMargin !== null && smallestMargin <= margin
      return dropInFewAnswers !== null && dropInFewAnswers <= drop && (passes || !isForgiven)
    }
    const cases = fewest(least, isEnough)
    if (cases === undefined) return []
    const design = { cases, repeats: each }
    return [{ ...design, ...reach(cases), ...priced(design), margin, newCases: cases - least }]
  })
  return plans.toSorted((a, b) =>
    Math.abs(a.answers - b.answers) > same * Math.max(a.answers, b.answers)
      ? a.answers - b.answers
      : a.newCases - b.newCases,
  )
}

/** The fewest cases from `least` on that are enough, which more of them then are as well. */
function fewest(least: number, isEnough: (cases: number) => boolean): number | undefined {
  let high = Math.max(1, least)
  if (isEnough(high)) return high
  let low = high
  for (; !isEnough(high); high *= 2) {
    if (high > mostCases) return undefined
    low = high
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}
