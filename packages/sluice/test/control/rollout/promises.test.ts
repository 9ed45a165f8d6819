import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import type { CanaryRun } from '../../../src/control/simulate/canary-run.ts'
import { scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import { clopperPearson } from '../../../src/stats/index.ts'
import { simulateFast } from '../../support/fast-canary.ts'

/*
 * What the engine promises, on few canaries with fixed seeds; `npm run simulate-canary` plays these worlds, and many unkind ones,
 * by the thousand.
 */

const traffic = { perHour: 300, users: 50_000 }
const alone = (signal: string, percent = 5, soak = '1000h') => ({
  stages: [{ percent, soak }],
  signals: { score: 0, errors: 0, slow: 0, safety: 0, [signal]: 1 },
  patience: '1000h',
})

function play(changes: object, runs: number): CanaryRun[] {
  const scenario = scenarioSchema.parse({ traffic, judge: { percent: 100 }, lasts: '1000h', ...changes })
  return Array.from({ length: runs }, (_, run) =>
    simulateFast({ scenario, recorded: undefined, engine: eValueEngine }, run),
  )
}

const count = (found: CanaryRun[], end: CanaryRun['end']) => found.filter((canary) => canary.end === end).length
const meanDelay = (found: CanaryRun[]) =>
  found.reduce((sum, { canaryRequests }) => sum + canaryRequests, 0) / found.length

test('a canary that is no worse is rarely rolled back: heavy users, growing shares, falling quality, doubled and late reports', () => {
  const stages = [5, 25, 50].map((percent) => ({ percent, soak: percent === 50 ? '100h' : '2h' }))
  const found = play(
    {
      traffic: { perHour: 600, users: 1000, heavyTail: 1 },
      incumbent: { score: { correlation: 0.6 }, errorSpread: 1 },
      judge: { percent: 100, delay: '40m' },
      scorePerDay: -0.6,
      faults: { twice: 0.1 },
      lasts: '6h',
      rollout: { stages, advance: 'soak' },
    },
    10,
  )
  const rolledBack = count(found, 'rolledBack')
  assert.ok(clopperPearson(rolledBack, found.length).low <= 0.05, `${rolledBack} of ${found.length}`)
  assert.ok(rolledBack <= 2)
})

test('a drop is seen after about as many canary scores as the specification says', () => {
  for (const [drop, expected, runs] of [
    [0.2, 17, 60],
    [0.1, 56, 25],
  ] as const) {
    const found = play({ canary: { score: -drop }, rollout: alone('score') }, runs)
    assert.equal(count(found, 'rolledBack'), runs)
    assert.ok(Math.abs(meanDelay(found) / expected - 1) < 0.3, `${drop}: ${meanDelay(found)}`)
  }
})

test('an error rate that jumps from 1 % to 10 % is seen within some 45 canary requests', () => {
  const found = play({ canary: { errors: 0.0909 }, judge: { percent: 1 }, rollout: alone('errors') }, 30)
  assert.equal(count(found, 'rolledBack'), 30)
  assert.ok(meanDelay(found) <= 50, `${meanDelay(found)}`)
})

test('what is worse by the margin is rarely promoted, what is as good soon is', () => {
  const rollout = { ...alone('score', 50, '10m'), margin: 0.1, advance: 'evidence' }
  const scenario = { traffic: { perHour: 1000, users: 50_000 }, lasts: '4h', rollout }
  const worse = play({ ...scenario, canary: { score: -0.1 } }, 20)
  assert.ok(count(worse, 'promoted') <= 2)
  assert.ok(count(play(scenario, 10), 'promoted') >= 9)
})

test('twice the cost is an alert, and nothing is rolled back for it', () => {
  const rollout = { stages: [{ percent: 5, soak: '1000h' }] }
  const scattered = { cost: { spread: 1 } }
  const found = play({ incumbent: scattered, canary: { cost: 2 }, judge: { percent: 1 }, lasts: '24h', rollout }, 4)
  assert.ok(found.filter(({ costAlert }) => costAlert).length >= 3)
  assert.ok(count(found, 'rolledBack') <= 1)
})
