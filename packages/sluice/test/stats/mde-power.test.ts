import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mdePower, type Plan } from '../../src/stats/index.ts'

const plan: Plan = {
  nEff: 50,
  tau: 0.05,
  varCand: 0.02,
  varBase: 0.01,
  rCand: 4,
  rBase: 2,
  deff: 1.2,
  alpha: 0.05,
  power: 0.8,
  margin: 0.03,
}

test('the standard error adds what cases and repeats leave', () => {
  assert.ok(Math.abs(mdePower(plan).se - Math.sqrt(((0.0025 + 0.005 + 0.005) * 1.2) / 50)) < 1e-12)
})

test('at the margin it calls detectable the power is the one asked for', () => {
  const { mde } = mdePower(plan)
  assert.ok(Math.abs(mdePower({ ...plan, margin: mde }).powerPassAtZeroDrop - 0.8) < 1e-9)
})

test('the number of cases that it asks for reaches the power, one less does not', () => {
  const { nForPassPower } = mdePower(plan)
  assert.ok(mdePower({ ...plan, nEff: nForPassPower }).powerPassAtZeroDrop >= 0.8)
  assert.ok(mdePower({ ...plan, nEff: nForPassPower - 1 }).powerPassAtZeroDrop < 0.8)
})
