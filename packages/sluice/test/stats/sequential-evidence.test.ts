import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addClusterScore,
  bernoulliCS,
  clusterAsympCS,
  combineE,
  driftSR,
  eBH,
  logMixture,
  newClusterSums,
  newDriftState,
  scoreDrops,
  seededRandom,
  srm,
} from '../../src/stats/index.ts'

test('a mixture of e-values ignores what has no weight, and keeps what would overflow', () => {
  assert.equal(logMixture([0.5, 0.5, 0], [1000, 1000, 5000]), 1000)
  assert.equal(logMixture([], []), Number.NEGATIVE_INFINITY)
})

test('combined evidence names its strongest part and rejects at 1/alpha', () => {
  const { logE, anytimeP, ...rest } = combineE([Math.log(100), 0], [0.4, 0.6], 0.05)
  assert.deepEqual(rest, { reject: true, topIndex: 0 })
  assert.ok(Math.abs(logE - Math.log(40.6)) < 1e-12 && Math.abs(anytimeP * 40.6 - 1) < 1e-12)
  assert.equal(combineE([Math.log(40), 0], [0.4, 0.6], 0.05).reject, false)
})

test('the e-values that are discoveries do not depend on their order', () => {
  assert.deepEqual(eBH([1, 30, 50], 0.1), { rejected: [false, true, true], k: 2 })
  assert.deepEqual(eBH([30, 50, 1], 0.1), { rejected: [true, true, false], k: 2 })
  assert.deepEqual(eBH([5, 5], 0.1), { rejected: [false, false], k: 0 })
  assert.deepEqual(eBH([], 0.1), { rejected: [], k: 0 })
})

test('counts as they should be speak against a mismatch, counts far off for it, none for nothing', () => {
  assert.equal(srm([0, 0], [0.95, 0.05]), 0)
  assert.ok(srm([9500, 500], [0.95, 0.05]) < 0)
  assert.ok(srm([9000, 1000], [0.95, 0.05]) > Math.log(100))
})

test('the confidence sequence of a rate holds at all times together', () => {
  const missed = Array.from({ length: 300 }, (_, seed) => {
    const random = seededRandom(seed)
    let successes = 0
    for (let n = 1; n <= 400; n += 1) {
      if (random.uniform() < 0.1) successes += 1
      if (n % 10 > 0) continue
      const { lower, upper } = bernoulliCS({ successes, n }, 0.05)
      if (lower > 0.1 || upper < 0.1) return true
    }
    return false
  }).filter(Boolean).length
  assert.ok(missed <= 15, `${missed} of 300`)
  assert.deepEqual(bernoulliCS({ successes: 0, n: 0 }, 0.05), { lower: 0, upper: 1 })
})

test('many scores of one user do not pass for many users', () => {
  const arms = (perUser: number) => {
    const [canary, incumbent] = [newClusterSums(), newClusterSums()]
    for (let user = 0; user < 40; user += 1) {
      const before = { sum: 0, count: 0 }
      for (let k = 0; k < perUser; k += 1) {
        addClusterScore(user % 2 ? canary : incumbent, before, user / 40)
        before.sum += user / 40
        before.count += 1
      }
    }
    return clusterAsympCS(canary, incumbent, { alpha: 0.05, size: 5000 })
  }
  assert.ok(Math.abs((arms(1)?.variance ?? 0) - (arms(50)?.variance ?? 1)) < 1e-12)
  assert.equal(clusterAsympCS(newClusterSums(), newClusterSums(), { alpha: 0.05, size: 5000 }), undefined)
})

test('drift is seen soon, and false alarms are as far apart as stated', () => {
  const design = { mean: 0.8, tolerance: 0, deviation: 0.25, ...scoreDrops, twoSided: true }
  const alarmAt = (drop: number, seed: number, limit: number) => {
    const random = seededRandom(seed)
    const state = newDriftState(design)
    for (let n = 1; n < limit; n += 1) {
      const mean = 0.8 - drop
      const size = (mean * (1 - mean)) / 0.0625 - 1
      if (driftSR(state, random.beta(mean * size, (1 - mean) * size), design) >= Math.log(1000)) return n
    }
    return limit
  }
  const mean = (drop: number, limit: number) =>
    Array.from({ length: 100 }, (_, seed) => alarmAt(drop, seed, limit)).reduce((sum, n) => sum + n, 0) / 100
  assert.ok(mean(0, 4000) > 900)
  assert.ok(mean(0.2, 4000) < 30)
})
