import type { GateDecision } from '../../../src/gate/verdict/conclude.ts'
import { decide, isWanted, type Positions } from '../../../src/gate/verdict/decide.ts'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import type { GateState } from '../../../src/gate/verdict/gate-round.ts'
import type { GatePolicy } from '../../../src/gate/verdict/policy.ts'
import type { Random } from '../../../src/stats/index.ts'

/** A case whose truth is known: it is asked for one more score at a time. */
export interface SimulatedCase {
  candidate: () => number
  /** Undefined without a baseline. */
  baseline?: (() => number) | undefined
  weight?: number
  cluster?: string
  tags?: string[]
  critical?: boolean
}

export interface SimulatedRun {
  decision: GateDecision
  /** Generations of candidate and baseline. */
  calls: number
}

/** Runs the gate once, generating only the repeats that it asks for. */
export function simulateRun(cases: readonly SimulatedCase[], policy: GatePolicy): SimulatedRun {
  const scores = cases.map(({ baseline }) => ({
    candidate: [] as number[],
    baseline: baseline ? ([] as number[]) : undefined,
  }))
  const gateCases = cases.map(({ weight = 1, cluster, tags = [], critical = false }, i): GateCase => {
    return { id: `case-${i}`, weight, cluster, tags, critical, candidate: [], ...scores[i] }
  })
  let calls = 0
  let state: GateState | undefined
  let wanted: { repeats: number; candidate: Positions; baseline: Positions } = {
    repeats: policy.looks[0] ?? 1,
    candidate: 'all',
    baseline: 'all',
  }
  for (;;) {
    for (const [i, simulated] of cases.entries()) {
      for (const role of ['candidate', 'baseline'] as const) {
        const [own, draw] = [scores[i]?.[role], simulated[role]]
        if (!own || !draw || !isWanted(wanted[role], i)) continue
        for (; own.length < wanted.repeats; calls += 1) own.push(draw())
      }
    }
    const step = decide(gateCases, policy, state)
    if (step.decision) return { decision: step.decision, calls }
    state = step.state
    wanted = step.wanted
  }
}

/** How the candidate's case means differ from the baseline's. */
export interface Scenario {
  /** Every case loses this much. */
  drop?: number
  /** Standard deviation of a change per case that is 0 on average. */
  heterogeneity?: number
  /** The cases of the first tag lose this much. */
  tagDrop?: number
}

const tags = 5
const meanScore = 0.88
const caseMeanSize = (meanScore * (1 - meanScore)) / 0.2 ** 2 - 1
const noiseSize = 3

/**
 * A golden set with smooth scores. Case means are Beta with mean .88 and standard deviation .2, kept when their mean is
 * within .88 +- .005; the scores of a case with mean m are Beta(3m, 3(1 - m)), whose variance is m(1 - m)/4: .0164 on
 * average.
 */
export function smoothCases(cases: number, scenario: Scenario, random: Random): SimulatedCase[] {
  const truth = goldenSet(cases, random)
  const changed = changedMeans(truth, scenario, random)
  const around = (mean: number) => () => random.beta(noiseSize * mean, noiseSize * (1 - mean))
  return truth.map((mean, i) => ({
    tags: [`tag-${i % tags}`],
    baseline: around(mean),
    candidate: around(changed[i] ?? 0),
  }))
}

function goldenSet(cases: number, random: Random): number[] {
  for (;;) {
    const means = Array.from({ length: cases }, () =>
      within(random.beta(caseMeanSize * meanScore, caseMeanSize * (1 - meanScore))),
    )
    if (Math.abs(average(means) - meanScore) < 0.005) return means
  }
}

/** Means stay within (0,1): what a heterogeneous change loses at 1 is given back to all cases, and cut off once more. */
function changedMeans(
  means: number[],
  { drop = 0, heterogeneity = 0, tagDrop = 0 }: Scenario,
  random: Random,
): number[] {
  const changed = means.map((mean, i) => {
    const own = drop + (i % tags === 0 ? tagDrop : 0)
    return within(mean - own + (heterogeneity > 0 ? heterogeneity * random.normal() : 0))
  })
  if (heterogeneity === 0) return changed
  const lost = average(means) - average(changed)
  return changed.map((mean) => within(mean + lost))
}

function within(mean: number): number {
  return Math.min(Math.max(mean, 0.001), 0.999)
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
