import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addIncumbent,
  betCostRatio,
  betScore,
  costRatios,
  expectIncumbent,
  flagRatio,
  flagRatios,
  logMixture,
  newIncumbentSums,
  scoreDrops,
  seededRandom,
} from '../../src/stats/index.ts'

const prior = { mean: 0.8, variance: 0.0625, weight: 20 }
const pi = 0.05

/** Contributions of the canary until the bets reach log 20; undefined where they do not within `limit` requests. */
function detection(seed: number, drop: number, limit: number): number | undefined {
  const random = seededRandom(seed)
  const logEs = scoreDrops.grid.map(() => 0)
  const sums = newIncumbentSums()
  let seen = 0
  for (let request = 0; request < limit; request += 1) {
    const canary = random.uniform() < pi
    const mean = canary ? 0.8 - drop : 0.8
    const size = (mean * (1 - mean)) / 0.0625 - 1
    const x = random.beta(mean * size, (1 - mean) * size)
    betScore(logEs, { canary, pi, x }, expectIncumbent(sums, prior), {
      test: 'drop',
      delta: 0,
      grid: scoreDrops.grid,
    })
    if (canary) seen += 1
    else addIncumbent(sums, x)
    if (logMixture(scoreDrops.weights, logEs) >= Math.log(20)) return seen
  }
  return undefined
}

test('bets on scores that do not differ reach 1/alpha in fewer than alpha of all cases, looked at after every one', () => {
  const runs = Array.from({ length: 400 }, (_, seed) => detection(seed, 0, 2000))
  const share = runs.filter((found) => found !== undefined).length / runs.length
  assert.ok(share > 0 && share < 0.05, `${share}`)
})

test('a drop of .20 is seen after about 13 canary scores, one of .10 after about 43', () => {
  for (const [drop, expected] of [
    [0.2, 13],
    [0.1, 43],
  ] as const) {
    const runs = Array.from({ length: 300 }, (_, seed) => detection(seed + 1000, drop, 1e5) ?? 1e5)
    const mean = runs.reduce((sum, n) => sum + n, 0) / runs.length
    assert.ok(Math.abs(mean / expected - 1) < 0.15, `${drop}: ${mean}`)
  }
})

test('a weight shrinks the stake, and no contribution can take everything', () => {
  const bet = (x: number, weight: number) => {
    const logEs = [0]
    betScore(
      logEs,
      { canary: true, pi, x, weight },
      { mean: 0.8, variance: 1e-4 },
      { test: 'drop', delta: 0, grid: [0.3] },
    )
    return logEs[0] ?? Number.NaN
  }
  assert.ok(bet(0, 1) > bet(0, 0.5) && bet(0, 0.5) > 0)
  assert.ok(bet(1, 1) < bet(1, 0.5) && bet(1, 1) >= Math.log(0.1) - 1e-9)
})

test('the same flag rate in both arms is no evidence, also while the rate moves; a tenfold one soon is', () => {
  const events = (ratio: number, seed: number) => {
    const random = seededRandom(seed)
    const logEs = flagRatios.grid.map(() => 0)
    let most = 0
    for (let request = 0; request < 4000; request += 1) {
      const canary = random.uniform() < pi
      const rate = 0.005 * (1 + request / 1000) * (canary ? ratio : 1)
      if (random.uniform() >= rate) continue
      flagRatio(logEs, { canary, pi }, { nullRatio: 1, grid: flagRatios.grid })
      most = Math.max(most, logMixture(flagRatios.weights, logEs))
    }
    return most >= Math.log(20)
  }
  const share = (ratio: number) => Array.from({ length: 300 }, (_, seed) => events(ratio, seed)).filter(Boolean).length
  assert.ok(share(1) < 0.05 * 300)
  assert.ok(share(10) > 0.95 * 300)
})

test('costs up to the tolerated ratio are no evidence, twice as much is', () => {
  const alerts = (ratio: number, seed: number) => {
    const random = seededRandom(seed)
    const logEs = costRatios.grid.map(() => 0)
    const sums = newIncumbentSums()
    for (let request = 0; request < 6000; request += 1) {
      const canary = random.uniform() < pi
      const x = Math.min(1, 0.1 * Math.exp(0.7 * random.normal()) * (canary ? ratio : 1))
      const expected = expectIncumbent(sums, { mean: 0.1, variance: 0.01, weight: 20 }, 1e-6)
      betCostRatio(logEs, { canary, pi, x }, expected, { ratio: 1.5, grid: costRatios.grid })
      if (!canary) addIncumbent(sums, x)
      if (logMixture(costRatios.weights, logEs) >= Math.log(20)) return true
    }
    return false
  }
  const share = (ratio: number) => Array.from({ length: 100 }, (_, seed) => alerts(ratio, seed)).filter(Boolean).length
  assert.ok(share(1.5) <= 5)
  assert.ok(share(2.5) >= 95)
})
