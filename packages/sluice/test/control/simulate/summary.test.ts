import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CanaryRun } from '../../../src/control/simulate/canary-run.ts'
import { scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import type { CanaryChange } from '../../../src/control/simulate/scenario-answers.ts'
import { simulationMarkdown, simulationText } from '../../../src/control/simulate/simulation-report.ts'
import { summarize } from '../../../src/control/simulate/simulation-summary.ts'

const hour = 3_600_000
const traffic = { perHour: 1, users: 1 }
const canaryOf = (canary: object): CanaryChange => scenarioSchema.parse({ traffic, canary }).canary
const run = (end: CanaryRun['end'], hours: number, canaryRequests = 0): CanaryRun => ({
  ...{ end, strength: end === 'promoted' ? ('strong' as const) : null, at: hours * hour, canaryRequests },
  ...{ why: end === 'rolledBack' ? ('evidence' as const) : null, requests: 10 * canaryRequests, costAlert: false },
})

test('a rollback is false before the canary is worse, and found after', () => {
  const runs = [run('rolledBack', 5), run('rolledBack', 12, 30), run('rolledBack', 14, 50), run('promoted', 40)]
  const { falseRollbacks, detected, promoted, delayHours, delayCanaryRequests } = summarize(runs, {
    canary: canaryOf({ from: '10h', score: -0.1 }),
  })
  assert.deepEqual([falseRollbacks.count, falseRollbacks.of], [1, 4])
  assert.deepEqual([detected?.count, detected?.of], [2, 3])
  assert.equal(promoted.share, 0.25)
  assert.equal(delayHours?.median.value, 4)
  assert.equal(delayCanaryRequests?.median.value, 50)
  assert.equal(delayHours?.p90.value, null)
})

test('a canary that was promoted before it became worse could not be found', () => {
  const { detected } = summarize([run('promoted', 5), run('rolledBack', 12)], {
    canary: canaryOf({ from: '10h', errors: 0.1 }),
  })
  assert.deepEqual([detected?.count, detected?.of], [1, 1])
})

test('a rollback for want of proof is no false one and finds nothing, and a weak promotion is named', () => {
  const runs = [
    { ...run('rolledBack', 96), why: 'undecided' as const },
    { ...run('promoted', 96), strength: 'weak' as const },
  ]
  const scenario = scenarioSchema.parse({ traffic, canary: { score: -0.1 } })
  const summary = summarize(runs, scenario)
  assert.deepEqual([summary.falseRollbacks.count, summary.detected?.count, summary.givenUp.count], [0, 0, 1])
  assert.deepEqual([summary.promoted.count, summary.promotedWeakly.count], [1, 1])
  assert.match(simulationText({ name: 'n', scenario, summary }), /promoted weakly.*1 of 2/)
})

test('where the canary is never worse every rollback is false and there is no delay', () => {
  for (const canary of [{}, { score: 0.1 }, { cost: 3 }]) {
    const summary = summarize([run('rolledBack', 5), run('undecided', 9)], { canary: canaryOf(canary) })
    assert.equal(summary.falseRollbacks.share, 0.5)
    assert.equal(summary.detected, null)
    assert.equal(summary.delayHours, null)
  }
})

test('quantiles have the interval of the order statistics', () => {
  const runs = Array.from({ length: 100 }, (_, i) => run('rolledBack', i + 1))
  const { delayHours } = summarize(runs, { canary: canaryOf({ score: -0.1 }) })
  assert.deepEqual(delayHours?.median, { value: 50, low: 41, high: 61 })
  assert.deepEqual(delayHours?.p90, { value: 90, low: 85, high: 97 })
})

test('text and Markdown show the same numbers, each with its interval', () => {
  const scenario = scenarioSchema.parse({ traffic, about: 'Worse.', seed: 9, canary: { score: -0.1 } })
  const runs = [run('rolledBack', 3, 40), run('rolledBack', 5, 60), run('promoted', 60)]
  const report = { name: 'drop', scenario, summary: summarize(runs, scenario) }
  for (const text of [simulationText(report), simulationMarkdown(report, 'sluice simulate drop')]) {
    assert.match(text, /worse and rolled back.*66\.7 % \(2 of 3\).*9\.4 % to 99\.2 %/)
    assert.match(text, /canary requests to the rollback, median.*60/)
    assert.match(text, /hours to the rollback, 90 %.*never/)
  }
  assert.match(simulationMarkdown(report, 'sluice simulate drop'), /`sluice simulate drop`/)
})
