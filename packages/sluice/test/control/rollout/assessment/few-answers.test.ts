import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { decidingSums } from '../../../../src/control/rollout/evidence/tokens.ts'
import { signalLogE } from '../../../../src/control/rollout/statistics/e-value.ts'
import { proofOf } from '../../../../src/control/rollout/statistics/estimates.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { addClusterScore, type ClusterSums } from '../../../../src/stats/index.ts'
import { rolloutOf } from '../../../support/rollout/rollout-entries.ts'

interface User {
  answers: number
  score: number
}

const rollout = rolloutOf()
const same = (users: number, score: (user: number) => number): User[] =>
  Array.from({ length: users }, (_, user) => ({ answers: 1, score: score(user) }))

function add(sums: ClusterSums, users: readonly User[]): void {
  for (const { answers, score } of users)
    for (let count = 0; count < answers; count += 1) addClusterScore(sums, { sum: count * score, count }, score)
}

function proof(canary: readonly User[], incumbent: readonly User[]): number {
  const one = decidingSums(newEvidence(rollout).sums)
  add(one.score.stage.canary, canary)
  add(one.score.stage.incumbent, incumbent)
  return Math.exp(proofOf(one, 'score', rollout.settings, 1))
}

const mostlyGood = same(1000, (user) => (user % 50 === 0 ? 0 : 1))

test('that none of a few answers was bad proves nothing where bad ones are rare', () => {
  // A canary of which 7 % are bad shows none in 30 in every ninth case.
  assert.ok(
    proof(
      same(30, () => 1),
      mostlyGood,
    ) < 20,
  )
  assert.ok(
    proof(
      same(200, () => 1),
      mostlyGood,
    ) > 20,
  )
})

test('one user who sends most of all and is pleased proves nothing of the others', () => {
  const others = same(300, (user) => (user % 4 === 0 ? 0.2 : 0.8))
  assert.ok(proof(others, others) < 20)
  assert.ok(proof([...others, { answers: 900, score: 0.97 }], others) < 20)
  const more = same(3000, (user) => (user % 4 === 0 ? 0.2 : 0.8))
  assert.ok(proof(more, more) > 20)
})

test('the means of each of many stages have a stake of their own, and all of them together one', () => {
  const stages = Array.from({ length: 40 }, (_, i) => ({ percent: 10 + i, soak: '1h' }))
  const { settings } = rolloutOf(rolloutSettingsSchema.parse({ stages }))
  const evidence = newEvidence({ settings })
  const one = decidingSums(evidence.sums)
  add(
    one.score.stage.canary,
    same(500, (user) => (user % 4 === 0 ? 0.1 : 0.7)),
  )
  add(one.score.stage.incumbent, mostlyGood)
  const staked = (stage: number) =>
    signalLogE(one, 'score', { settings, suspect: false, window: { ...evidence.window, stage } })
  assert.ok(Math.abs(staked(39) - staked(0) - Math.log(39)) < 1e-6)
})

test('one user who sends most requests and never fails proves no low rate of errors', () => {
  const proofOfErrors = (canary: readonly User[]) => {
    const one = decidingSums(newEvidence(rollout).sums)
    add(one.score.stage.canary, canary)
    add(
      one.score.stage.incumbent,
      same(1000, () => 1),
    )
    const rates = (flagged: number) => ({ requests: 10_000, flagged, squares: flagged })
    Object.assign(one.flags.errors.stage, { incumbent: rates(150), canary: rates(150) })
    return Math.exp(proofOf(one, 'errors', rollout.settings, 1))
  }
  assert.ok(proofOfErrors(same(1000, () => 1)) > 20)
  assert.ok(proofOfErrors([...same(400, () => 1), { answers: 600, score: 1 }]) < 20)
})
