import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { type Scenario, simulateRun, smoothCases } from '../../support/simulated-gate/simulated-gate.ts'

/** Shares of 400 simulated runs on 50 cases. */
function shares(scenario: Scenario, seed: number, repetitions = 400): { pass: number; fail: number; calls: number } {
  const policy = gatePolicy({ onInconclusive: 'block' })
  const random = seededRandom(seed)
  const runs = Array.from({ length: repetitions }, () => simulateRun(smoothCases(50, scenario, random), policy))
  const share = (verdict: string) => runs.filter((run) => run.decision.verdict === verdict).length / repetitions
  return {
    pass: share('pass'),
    fail: share('fail'),
    calls: runs.reduce((sum, run) => sum + run.calls, 0) / repetitions,
  }
}

const error = (p: number) => Math.sqrt((p * (1 - p)) / 400)

test('a drop of the margin passes in at most 5 % of runs and fails in at most 5 %', () => {
  const { pass, fail } = shares({ drop: 0.03 }, 1)
  assert.ok(pass <= 0.05 + 3 * error(0.05), `pass ${pass}`)
  assert.ok(fail <= 0.05 + 3 * error(0.05), `fail ${fail}`)
})

test('an unchanged version is passed in nine runs of ten and never failed', () => {
  const { pass, fail, calls } = shares({}, 2)
  assert.ok(Math.abs(pass - 0.9) <= 3.5 * error(0.9), `pass ${pass}`)
  assert.equal(fail, 0)
  assert.ok(Math.abs(calls - 461) < 60, `${calls} calls, far fewer than the 800 of all looks`)
})

test('a large drop, and a tag that collapses, are always caught', () => {
  assert.ok(shares({ drop: 0.1 }, 3, 150).fail >= 0.99)
  assert.ok(shares({ tagDrop: 0.3 }, 4, 150).fail >= 0.98)
})
