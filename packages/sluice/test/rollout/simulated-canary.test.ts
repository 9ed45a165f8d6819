import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clopperPearson, seededRandom } from '../../src/stats/index.ts'
import { type CanaryScenario, type SimulatedCanary, simulateCanary } from './simulated-canary.ts'

/*
 * What the engine promises, on few canaries with fixed seeds; `npm run simulate-canary` plays the same scenarios by the
 * thousand.
 */

function play(scenario: CanaryScenario, runs: number): SimulatedCanary[] {
  return Array.from({ length: runs }, (_, seed) => simulateCanary(scenario, seededRandom(seed + 1)))
}

const share = (found: SimulatedCanary[], end: SimulatedCanary['end']) =>
  found.filter((canary) => canary.end === end).length / found.length
const meanDelay = (found: SimulatedCanary[]) =>
  found.reduce((sum, { canaryRequests }) => sum + canaryRequests, 0) / found.length
const alone = (signal: string) => ({
  stages: [{ percent: 5, soak: '1h' }],
  signals: { score: 0, errors: 0, slow: 0, safety: 0, [signal]: 1 },
})

test('a canary that is no worse is rarely rolled back: heavy users, growing shares, falling quality, doubled and late reports', () => {
  const nothing = {
    requests: 3000,
    users: 1000,
    heavyTailed: true,
    icc: 0.6,
    decline: 0.15,
    late: 300,
    doubled: 0.1,
    forced: true,
  }
  const found = play(nothing, 60)
  const rolledBack = found.filter(({ end }) => end === 'rolledBack').length
  assert.ok(clopperPearson(rolledBack, found.length).low <= 0.05, `${rolledBack} of ${found.length}`)
  assert.ok(rolledBack <= 4)
})

test('a drop is seen after about as many canary scores as the specification says', () => {
  for (const [drop, expected, runs] of [
    [0.2, 13, 300],
    [0.1, 43, 150],
  ] as const) {
    const scenario = {
      requests: 1e5,
      drop,
      settings: alone('score'),
      scoresOnly: true,
      priors: { score: { mean: 0.8 } },
    }
    const found = play(scenario, runs)
    assert.equal(share(found, 'rolledBack'), 1)
    assert.ok(Math.abs(meanDelay(found) / expected - 1) < 0.2, `${drop}: ${meanDelay(found)}`)
  }
})

test('an error rate that jumps from 1 % to 10 % is seen within 45 canary requests', () => {
  const found = play({ requests: 1e5, canaryErrorRate: 0.1, judged: 0, settings: alone('errors') }, 150)
  assert.equal(share(found, 'rolledBack'), 1)
  assert.ok(meanDelay(found) <= 45, `${meanDelay(found)}`)
})

test('what is worse by the margin is rarely promoted, what is as good soon is', () => {
  const stages = [{ percent: 50, soak: '0s' }]
  const settings = { stages, signals: { score: 1, errors: 0, slow: 0, safety: 0 }, margin: 0.1 }
  const scenario = { requests: 4000, settings, scoresOnly: true, priors: { score: { mean: 0.8 } } }
  const users = { ...scenario, scoresOnly: false }
  assert.ok(share(play({ ...users, drop: 0.1 }, 40), 'promoted') <= 0.1)
  assert.ok(share(play(users, 15), 'promoted') >= 0.9)
})

test('twice the cost is an alert, and nothing is rolled back for it', () => {
  const found = play({ requests: 12_000, costRatio: 2, forced: true, judged: 0 }, 10)
  assert.ok(found.filter(({ costAlert }) => costAlert).length >= 9)
  assert.ok(share(found, 'rolledBack') <= 0.1)
})
