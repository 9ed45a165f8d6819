import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import vectors from '../routing-vectors.json' with { type: 'json' }
import { type FeatureSnapshot, position, routeUnit } from '../src/index.ts'
import { featureWith } from './support/snapshots.ts'

const unit = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => !text.includes('\0'))
const share = fc.integer({ min: 0, max: 1_000_000 })
const canary = (ppm: number, salt = 'salt'): FeatureSnapshot => featureWith({ ppm, salt })
const armOf = (feature: FeatureSnapshot, who: string) => routeUnit(feature, who).arm

test('every published vector holds', () => {
  assert.ok(vectors.vectors.length >= 1000)
  for (const { salt, unit, position: expected } of vectors.vectors) {
    assert.equal(position(salt, unit), expected, JSON.stringify({ salt, unit }))
  }
})

test('the vectors reach what is hard: both ends, the stages, and text beyond ASCII', () => {
  const positions = new Set(vectors.vectors.map(({ position }) => position))
  for (const edge of [0, 1, 9_999, 10_000, 999_998, 999_999]) assert.ok(positions.has(edge), `no vector at ${edge}`)
  const some = (pattern: RegExp) => vectors.vectors.some(({ unit }) => pattern.test(unit))
  for (const pattern of [/^$/, /\u0301/, /\p{Extended_Pictographic}/u, /^.{1000,}$/])
    assert.ok(some(pattern), String(pattern))
})

test('0 ppm is nobody and 1,000,000 ppm everybody, exactly', () => {
  fc.assert(
    fc.property(unit, fc.string(), (who, salt) => {
      assert.equal(armOf(canary(0, salt), who), 'incumbent')
      assert.equal(armOf(canary(1_000_000, salt), who), 'canary')
    }),
  )
})

test('a unit stays where it is, and whoever has the canary keeps it as the share grows', () => {
  fc.assert(
    fc.property(unit, share, share, (who, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      assert.equal(armOf(canary(less), who), armOf(canary(less), who))
      if (armOf(canary(less), who) === 'canary') assert.equal(armOf(canary(more), who), 'canary')
    }),
  )
})

test('the boundary is exact to 1 ppm', () => {
  fc.assert(
    fc.property(unit, (who) => {
      const at = position('salt', who)
      assert.equal(armOf(canary(at), who), 'incumbent')
      assert.equal(armOf(canary(at + 1), who), 'canary')
    }),
  )
})

test('the share served is the share asked for, down to a tenth of a percent', () => {
  const units = 100_000
  for (const ppm of [1_000, 10_000, 100_000, 500_000]) {
    let served = 0
    for (let index = 0; index < units; index += 1) if (position('share', `user-${index}`) < ppm) served += 1
    const expected = (units * ppm) / 1e6
    assert.ok(Math.abs(served - expected) < 4 * Math.sqrt(expected), `${served} of ${units} at ${ppm} ppm`)
  }
})

test('rollouts with look-alike salts are independent', () => {
  let [inA, inBoth] = [0, 0]
  for (let index = 0; index < 200_000; index += 1) {
    if (position('prompt-a', `user-${index}`) >= 100_000) continue
    inA += 1
    if (position('prompt-b', `user-${index}`) < 100_000) inBoth += 1
  }
  assert.ok(Math.abs(inBoth / inA - 0.1) < 0.01, `${inBoth} of ${inA}`)
})

test('without a rollout, or without trust in it, everybody gets the incumbent and is no evidence', () => {
  const nobody = { version: 'a', arm: null, rolloutId: null, stage: null }
  const { rollout: _, ...plain } = canary(1_000_000)
  assert.deepEqual(routeUnit(plain, 'user'), nobody)
  assert.deepEqual(routeUnit(canary(1_000_000), 'user', false), nobody)
  assert.deepEqual(routeUnit(canary(1_000_000), 'user'), { version: 'b', arm: 'canary', rolloutId: 'r-1', stage: 0 })
})
