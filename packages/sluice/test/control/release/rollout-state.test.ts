import assert from 'node:assert/strict'
import { test } from 'node:test'
import { position, routeUnit } from '@sluice/client'
import { armAt } from '../../../src/control/release/rollout-state.ts'

test('the arm of a logged position is the one to which the client routes its unit', () => {
  const rollout = {
    id: 'r',
    algorithm: 'murmur3-x86-32/ppm',
    salt: 'salt',
    stage: 0,
    incumbent: 'a',
    canary: 'b',
  } as const
  const units = Array.from({ length: 2000 }, (_, index) => `user-${index}`)
  const positions = units.map((unit) => position(rollout.salt, unit))
  // Shares at, just below and just above the position of a unit, and the ends.
  const shares = positions.slice(0, 20).flatMap((at) => [at - 1, at, at + 1])
  for (const ppm of [0, 1, 999_999, 1_000_000, ...shares]) {
    const feature = { active: 'a', rollout: { ...rollout, ppm }, versions: {} }
    const routed = units.map((unit) => routeUnit(feature, unit).arm)
    assert.deepEqual(
      positions.map((at) => armAt(at, ppm)),
      routed,
    )
  }
})
