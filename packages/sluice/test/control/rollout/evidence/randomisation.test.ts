import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshShare, judgedShare } from '../../../../src/control/rollout/evidence/randomisation.ts'
import type { Assignment } from '../../../../src/control/rollout/evidence/unit-memory.ts'

const stages = [10_000, 50_000, 250_000, 1_000_000].map((ppm) => ({ ppm, soakMs: 0 }))

test('a user counts at first sight by the share of the stage', () => {
  assert.equal(freshShare(stages, undefined, 0), 0.01)
  assert.equal(freshShare(stages, undefined, 2), 0.25)
})

test('an incumbent counts again in a later stage, by the share of those who were not yet in the canary', () => {
  const share = freshShare(stages, { stage: 0, arm: 'incumbent' }, 2) ?? 0
  assert.ok(Math.abs(share - 0.24 / 0.99) < 1e-15)
  assert.equal(freshShare(stages, { stage: 2, arm: 'incumbent' }, 2), undefined)
  assert.equal(freshShare(stages, { stage: 2, arm: 'incumbent' }, 1), undefined)
})

test('whoever was in the canary never counts again, and nobody does where all are', () => {
  assert.equal(freshShare(stages, { stage: 0, arm: 'canary' }, 2), undefined)
  assert.equal(freshShare(stages, undefined, 3), undefined)
  assert.equal(freshShare(stages, undefined, 7), undefined)
})

test('along any way through the stages the shares add up to that of the hash', () => {
  let incumbent = 1
  let before: Assignment | undefined
  for (const stage of [0, 1, 2]) {
    incumbent *= 1 - (freshShare(stages, before, stage) ?? 0)
    before = { stage, arm: 'incumbent' }
  }
  assert.ok(Math.abs(incumbent - 0.75) < 1e-15)
})

test('where the canary is judged ten times as often, a judged request is ten times as likely its', () => {
  assert.equal(judgedShare(0.5, 0.1, 0.1), 0.5)
  assert.ok(Math.abs(judgedShare(0.05, 1, 0.1) - 0.5 / (0.5 + 0.95)) < 1e-15)
})
