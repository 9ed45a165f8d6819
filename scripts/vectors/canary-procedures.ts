import * as stats from '../../packages/sluice/src/stats/index.ts'

/** The procedures of the canary and of the drift watch, from a vector's input to what is compared with its `expected`. */

interface Arm {
  canary: boolean
  pi: number
}

interface Mixture {
  weights: number[]
}

interface History {
  m0: number
  v0: number
  n0: number
}

interface ScoreInput extends Mixture, History {
  obs: (Arm & { x: number; omega?: number })[]
  delta: number
  mode: 'drop' | 'ni'
  dGrid: number[]
}

interface CostInput extends Mixture, History {
  obs: (Arm & { cost: number })[]
  R: number
  cap: number
  ratioGrid: number[]
}

interface FlagInput extends Mixture {
  events: Arm[]
  R0: number
  ratioGrid: number[]
}

interface ClusterInput {
  users: { canary: boolean; scores: number[] }[]
  alpha: number
  tuningN: number
}

interface SrmInput {
  cumulativeCountsByRow: number[][]
  p0: number[]
  concentration: number
}

interface BernoulliInput {
  successes: number
  n: number
  alpha: number
  tOpt: number
  alphaOpt: number
}

interface DriftInput extends Mixture {
  x: number[]
  mu0: number
  sd0: number
  delta: number
  dGrid: number[]
  A: number
  twoSided: boolean
}

const priorOf = ({ m0, v0, n0 }: History): stats.Prior => ({ mean: m0, variance: v0, weight: n0 })

function betScore({ obs, delta, mode, dGrid, weights, ...history }: ScoreInput) {
  const logWealth = dGrid.map(() => 0)
  const state = stats.newIncumbentSums()
  const design = { test: mode === 'drop' ? 'drop' : 'nonInferior', delta, grid: dGrid } as const
  const logETrace = obs.map(({ canary, pi, x, omega = 1 }) => {
    const expected = stats.expectIncumbent(state, priorOf(history))
    stats.betScore(logWealth, { canary, pi, x, weight: omega }, expected, design)
    if (!canary) stats.addIncumbent(state, x)
    return stats.logMixture(weights, logWealth)
  })
  return { logWealth, logETrace, state: { n: state.n, sum: state.sum, sumsq: state.squares } }
}

function betCostRatio({ obs, R, cap, ratioGrid, weights, ...history }: CostInput) {
  const logWealth = ratioGrid.map(() => 0)
  const state = stats.newIncumbentSums()
  const logETrace = obs.map(({ canary, pi, cost }) => {
    const x = Math.min(cost, cap) / cap
    const expected = stats.expectIncumbent(state, priorOf(history), stats.costVarianceFloor)
    stats.betCostRatio(logWealth, { canary, pi, x }, expected, { ratio: R, grid: ratioGrid })
    if (!canary) stats.addIncumbent(state, x)
    return stats.logMixture(weights, logWealth)
  })
  return { logWealth, logETrace }
}

function flagRatio({ events, R0, ratioGrid, weights }: FlagInput) {
  const logWealth = ratioGrid.map(() => 0)
  const logETrace = events.map((event) => {
    stats.flagRatio(logWealth, event, { nullRatio: R0, grid: ratioGrid })
    return stats.logMixture(weights, logWealth)
  })
  return { logWealth, logETrace }
}

function mergeLogWealth({ a, b, weights }: Mixture & { a: number[]; b: number[] }) {
  const logWealth = stats.mergeLogWealth(a, b)
  return { logWealth, logE: stats.logMixture(weights, logWealth) }
}

function clusterAsympCS({ users, alpha, tuningN }: ClusterInput) {
  const [canary, incumbent] = [stats.newClusterSums(), stats.newClusterSums()]
  for (const user of users) {
    const before = { sum: 0, count: 0 }
    for (const score of user.scores) {
      stats.addClusterScore(user.canary ? canary : incumbent, before, score)
      before.sum += score
      before.count += 1
    }
  }
  const found = stats.clusterAsympCS(canary, incumbent, { alpha, size: tuningN })
  return found && { ...found, var: found.variance, rho2: found.precision, logE_delta0: found.logE }
}

function srm({ cumulativeCountsByRow, p0, concentration }: SrmInput) {
  const total = p0.map(() => 0)
  const logBFTrace = cumulativeCountsByRow.map((row) => {
    for (const [i, count] of row.entries()) total[i] = (total[i] ?? 0) + count
    return stats.srm(total, p0, concentration)
  })
  return { logBFTrace }
}

function bernoulliCS({ successes, n, alpha, tOpt, alphaOpt }: BernoulliInput) {
  return stats.bernoulliCS({ successes, n }, alpha, { size: tOpt, alpha: alphaOpt })
}

function driftSR({ x, mu0, sd0, delta, dGrid, weights, A, twoSided }: DriftInput) {
  const design = { mean: mu0, tolerance: delta, deviation: sd0, grid: dGrid, weights, twoSided }
  const state = stats.newDriftState(design)
  const logRTrace: number[] = []
  for (const score of x) logRTrace.push(stats.driftSR(state, score, design))
  const alarm = logRTrace.findIndex((logR) => logR >= Math.log(A))
  return { logRTrace, alarmAt: alarm < 0 ? null : alarm + 1 }
}

export const canaryProcedures: Record<string, (input: never) => unknown> = {
  betScore,
  betCostRatio,
  flagRatio,
  combineE: ({ logE, weights, alpha }: Mixture & { logE: number[]; alpha: number }) =>
    stats.combineE(logE, weights, alpha),
  mergeLogWealth,
  clusterAsympCS,
  srm,
  bernoulliCS,
  eBH: ({ e, q }: { e: number[]; q: number }) => stats.eBH(e, q),
  driftSR,
}
