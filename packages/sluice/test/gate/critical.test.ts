import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateCase } from '../../src/gate/gate-case.ts'
import { codes, noisyCases, play } from './gate-scores.ts'

/** A calm run of which the first cases are critical and score what is given, repeat by repeat. */
function withCritical(...scores: number[][]): GateCase[] {
  return noisyCases(60, () => 0, { repeats: 20 }).map((one, i) => {
    const own = scores[i]
    return own ? { ...one, critical: true, candidate: own } : one
  })
}

const clean = new Array<number>(20).fill(0.95)

test('a critical case that fails twice in a row fails the run, whatever the mean', () => {
  const { decision } = play(withCritical([0.2, 0.1, ...clean]))
  assert.deepEqual([decision.verdict, codes(decision)], ['fail', ['critical-case']])
  assert.deepEqual(decision.reasons[0]?.case, 'case-0')
  assert.match(decision.reasons[0]?.message ?? '', /case-0 scored below 0\.6 in 2 of 2 repeats/)
})

test('when all else is decided only the candidate of the critical case goes on, until six are clean', () => {
  const { decision, steps } = play(withCritical(clean))
  const last = steps.at(-2)?.wanted
  assert.deepEqual(last, { repeats: 8, candidate: new Set([0]), baseline: new Set() })
  assert.deepEqual(
    [decision.verdict, decision.critical[0]?.decision, decision.critical[0]?.repeats],
    ['pass', 'pass', 8],
  )
})

test('undecided at the end blocks, and the way out is named', () => {
  const { decision } = play(withCritical(clean), { looks: [1, 2, 3] })
  assert.deepEqual(
    [decision.verdict, decision.blocking, codes(decision)],
    ['inconclusive', true, ['critical-undecided']],
  )
  assert.match(decision.reasons[0]?.message ?? '', /takes 6 clean repeats.*only 3 \(gate\.repeats\)/)
  const flaky = play(withCritical([0.1, ...clean])).decision
  assert.deepEqual([flaky.verdict, codes(flaky)], ['inconclusive', ['critical-undecided']])
})

test('a policy may let critical cases go on after the last look of the others', () => {
  const { decision, steps } = play(withCritical(clean), { looks: [1], criticalRepeats: 6, margin: 0.06 })
  assert.deepEqual(steps[0]?.wanted, { repeats: 6, candidate: new Set([0]), baseline: new Set() })
  assert.deepEqual([decision.verdict, decision.critical[0]?.repeats, decision.comparison?.repeats], ['pass', 6, 1])
  const open = play(withCritical(clean), {
    looks: [1],
    criticalRepeats: 6,
    margin: 0.001,
    onInconclusive: 'block',
  }).decision
  assert.deepEqual([open.verdict, open.comparison?.repeats, open.trace.difference.length], ['inconclusive', 1, 1])
})

test('the error is shared: among many critical cases two failures of one are not enough', () => {
  const twice = [0.1, 0.1, ...clean]
  const few = play(withCritical(twice, clean), { looks: [2] }).decision
  assert.deepEqual(
    few.critical.map(({ decision }) => decision),
    ['fail', 'undecided'],
  )
  const many = play(withCritical(twice, ...new Array<number[]>(9).fill(clean)), { looks: [2] }).decision
  assert.equal(many.critical[0]?.decision, 'undecided')
})

test('a critical case without a score stays undecided', () => {
  const { decision } = play(withCritical([]))
  assert.deepEqual(codes(decision), ['critical-undecided'])
})
