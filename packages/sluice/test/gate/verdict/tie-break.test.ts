import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { codes, gateCase, play } from './gate-scores.ts'

/** Twenty cases whose noise is balanced, so that the mean difference is exactly `change`, and never certain. */
function balanced(change: number, more: Partial<GateCase> = {}): GateCase[] {
  return Array.from({ length: 20 }, (_, i) => {
    const noise = Array.from({ length: 8 }, (_, r) => ((i + r) % 2 === 0 ? 0.25 : -0.25))
    const candidate = noise.map((swing) => 0.5 + change + swing)
    return gateCase(`c${i}`, candidate, { baseline: noise.map((swing) => 0.5 - swing), ...more })
  })
}

test('an open run passes weakly up to two thirds of the margin, and says what that is worth', () => {
  const { decision } = play(balanced(-0.02))
  assert.deepEqual([decision.verdict, decision.strength, decision.blocking], ['pass', 'weak', false])
  assert.deepEqual(codes(decision), ['tie-break', 'difference-undecided'])
  assert.match(decision.reasons[0]?.message ?? '', /not by proof.*may pass this way in more than 5 % of the runs/)
})

test('beyond two thirds it is inconclusive and blocks', () => {
  const { decision } = play(balanced(-0.0201))
  assert.deepEqual([decision.verdict, decision.strength, decision.blocking], ['inconclusive', 'weak', true])
  assert.deepEqual(codes(decision), ['difference-undecided'])
})

test('block never breaks the tie; warn neither, but lets through', () => {
  assert.deepEqual(
    (['block', 'warn'] as const).map((onInconclusive) => {
      const { verdict, blocking } = play(balanced(0), { onInconclusive }).decision
      return [verdict, blocking]
    }),
    [
      ['inconclusive', true],
      ['inconclusive', false],
    ],
  )
})

test('warn does not soften a fail', () => {
  assert.equal(play(balanced(-0.4), { onInconclusive: 'warn' }).decision.blocking, true)
})

test('an open tag or critical case is not settled by the estimate', () => {
  const tagged = balanced(0).map((one, i) =>
    i < 5 ? { ...one, tags: ['t'], candidate: one.candidate.map((s) => s - 0.08) } : one,
  )
  assert.deepEqual(codes(play(tagged).decision), ['difference-undecided', 'tag-undecided'])
  const critical = balanced(0).map((one, i) => (i === 0 ? { ...one, critical: true, baseline: [0.5, 0.5, 0.5] } : one))
  const { decision } = play(critical, { caseThreshold: 0.3, looks: [1, 2, 3] })
  assert.deepEqual(codes(decision), ['difference-undecided', 'critical-undecided'])
  assert.equal(decision.verdict, 'inconclusive')
})

test('an open threshold is held to two thirds of its own margin', () => {
  const alone = balanced(0).map((one) => ({ ...one, baseline: undefined }))
  const verdict = (threshold: number) => play(alone, { threshold }).decision
  assert.deepEqual([verdict(0.506).verdict, verdict(0.506).strength], ['pass', 'weak'])
  assert.match(verdict(0.506).reasons[0]?.message ?? '', /do(?:es)? not show that the threshold is reached/)
  assert.equal(verdict(0.507).verdict, 'inconclusive')
})
