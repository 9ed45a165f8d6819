import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { criticalNotes } from '../../../src/gate/verdict/reasons.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { simulateRun } from '../../support/simulated-gate/simulated-gate.ts'
import { codes, noisyCases, play } from './gate-scores.ts'

const clean = new Array<number>(24).fill(0.95)

/** A calm run of which the first cases are critical and score what is given, repeat by repeat. */
function withCritical(...scores: number[][]): GateCase[] {
  return noisyCases(60, () => 0, { repeats: 20 }).map((one, i) => {
    const own = scores[i]
    return own ? { ...one, critical: true, candidate: own, baseline: clean } : one
  })
}

test('a critical case that fails twice in a row fails the run, whatever the mean', () => {
  const { decision } = play(withCritical([0.2, 0.1, ...clean]))
  assert.deepEqual([decision.verdict, codes(decision)], ['fail', ['critical-case']])
  assert.deepEqual(decision.reasons[0]?.case, 'case-0')
  assert.match(decision.reasons[0]?.message ?? '', /case-0 scored below 0\.6 in 2 of \d repeats\.$/)
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
  assert.match(
    decision.reasons[0]?.message ?? '',
    /needs 6 repeats without a failure.*only 3 \(gate\.repeats, gate\.criticalRepeats\)/,
  )
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

const failing = (times: number, repeats = 24) => Array.from({ length: repeats }, (_, i) => (i < times ? 0.2 : 0.95))

/** The same calm run; the first case is critical, and its baseline is given too. */
function againstBaseline(candidate: number[], baseline: number[]): GateCase[] {
  return withCritical(candidate).map((one, i) => (i === 0 ? { ...one, baseline } : one))
}

test('a case that failed now and then before is compared with its baseline once both have all their repeats', () => {
  const { decision, steps } = play(againstBaseline(failing(3), failing(3)), { criticalRepeats: 24 })
  const [result] = decision.critical
  assert.deepEqual([decision.verdict, result?.decision, result?.repeats], ['pass', 'not-new', 24])
  assert.deepEqual(result?.baseline, { failures: 3, repeats: 24 })
  assert.deepEqual(steps.at(-2)?.wanted, { repeats: 24, candidate: new Set([0]), baseline: new Set([0]) })
  assert.deepEqual(criticalNotes(decision.critical), [
    'Critical case case-0 fails in the baseline too (3 of 24 repeats; the candidate 3 of 24): not counted against this change.',
  ])
})

test('a case that always failed is not new', () => {
  const { decision } = play(againstBaseline(failing(24), failing(24)), { criticalRepeats: 24 })
  assert.deepEqual([decision.verdict, decision.critical[0]?.decision], ['pass', 'not-new'])
})

test('one that fails clearly more often than before fails the run', () => {
  const { decision } = play(againstBaseline(failing(12), failing(2)), { criticalRepeats: 24 })
  assert.deepEqual([decision.verdict, codes(decision)], ['fail', ['critical-case']])
  assert.match(decision.reasons[0]?.message ?? '', /in 12 of 24 repeats \(the baseline in 2 of 24\)\.$/)
})

test('a few repeats excuse nothing: undecided blocks', () => {
  const { decision } = play(againstBaseline(failing(2, 2), failing(1, 2)), { looks: [1, 2] })
  assert.deepEqual([decision.verdict, codes(decision)], ['inconclusive', ['critical-undecided']])
})

test('that a failure is new takes a baseline that would have shown it', () => {
  const cases = againstBaseline(failing(2), [0.95, 0.95, 0.95, 0.95, 0.2, 0.2, ...failing(6, 18)])
  const { decision } = play(cases, { criticalRepeats: 24 })
  assert.deepEqual([decision.verdict, decision.critical[0]?.decision], ['pass', 'not-new'])
  assert.equal(play(againstBaseline(failing(2), clean), { criticalRepeats: 24 }).decision.verdict, 'fail')
})

test('up to 24 repeats are enough for a case that fails once in fifty, and catch one that breaks', () => {
  const random = seededRandom(4)
  const shares = (after: number) => {
    const counts = { pass: 0, fail: 0, inconclusive: 0 }
    for (let run = 0; run < 200; run += 1) {
      const failingAt = (rate: number) => () => (random.uniform() < rate ? 0.5 : 0.95)
      const cases = Array.from({ length: 50 }, (_, i) => ({
        critical: i < 3,
        baseline: failingAt(i < 3 ? 0.02 : 0),
        candidate: failingAt(i === 0 ? after : i < 3 ? 0.02 : 0),
      }))
      counts[simulateRun(cases, gatePolicy({ criticalRepeats: 24 })).decision.verdict] += 1
    }
    return counts
  }
  const unchanged = shares(0.02)
  assert.ok(unchanged.pass >= 194, JSON.stringify(unchanged))
  const broken = shares(0.4)
  assert.ok(broken.pass <= 200 * (0.1 + 3 * 0.021) && broken.fail > 150, JSON.stringify(broken))
})
