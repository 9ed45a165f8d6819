import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateSequential, type RepeatedCase, seededRandom } from '../../src/stats/index.ts'

const design = { margin: 0.03, looks: [1, 2, 3, 5, 8], alphaPass: 0.05, alphaFail: 0.025 }

function simulated(change: number, seed: number, cases = 40): RepeatedCase[] {
  const random = seededRandom(seed)
  const scores = (mean: number) => Array.from({ length: 8 }, () => mean + 0.12 * random.normal())
  return Array.from({ length: cases }, () => ({ weight: 1, candidate: scores(0.7 + change), baseline: scores(0.7) }))
}

test('ends at the look that decides, and sees no repeat after it', () => {
  const good = gateSequential(simulated(0.05, 1), design)
  assert.equal(good.verdict, 'pass')
  assert.equal(good.stoppedAtR, good.trace.at(-1)?.r)
  const poisoned = simulated(0.05, 1).map((one) => ({
    ...one,
    candidate: one.candidate.map((score, i) => (i < good.stoppedAtR ? score : 0)),
  }))
  assert.deepEqual(gateSequential(poisoned, design), good)
})

test('a large drop fails, a drop near the margin stays open to the last look', () => {
  assert.equal(gateSequential(simulated(-0.15, 2), design).verdict, 'fail')
  const open = gateSequential(simulated(-0.03, 3), design)
  assert.deepEqual([open.verdict, open.stoppedAtR, open.trace.length], ['inconclusive', 8, 5])
})

test('scores that never vary are decided by the difference itself, the margin included', () => {
  const constant = (candidate: number): RepeatedCase[] =>
    Array.from({ length: 3 }, (_, i) => ({
      weight: 1,
      candidate: [candidate + i / 10, candidate + i / 10],
      baseline: [0.6 + i / 10, 0.6 + i / 10],
    }))
  const twoLooks = { ...design, looks: [2], margin: 0.03 }
  assert.equal(gateSequential(constant(0.57), twoLooks).verdict, 'pass')
  assert.equal(gateSequential(constant(0.5699), twoLooks).verdict, 'fail')
})

test('a case without a score in one arm is not a pair', () => {
  const cases = simulated(0.05, 4)
  const lame = [...cases, { weight: 1e6, candidate: [], baseline: [1, 1, 1, 1, 1, 1, 1, 1] }]
  assert.deepEqual(gateSequential(lame, design), gateSequential(cases, design))
  assert.equal(gateSequential([], design).verdict, 'inconclusive')
})

test('the error at the margin is at most what was asked for', () => {
  const rounds = 1000
  let [passed, failed] = [0, 0]
  for (let round = 0; round < rounds; round += 1) {
    const { verdict } = gateSequential(simulated(-0.03, 100 + round, 20), design)
    if (verdict === 'pass') passed += 1
    if (verdict === 'fail') failed += 1
  }
  assert.ok(passed / rounds < 0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds), `passed ${passed}`)
  assert.ok(failed / rounds < 0.025 + 3 * Math.sqrt((0.025 * 0.975) / rounds), `failed ${failed}`)
})
