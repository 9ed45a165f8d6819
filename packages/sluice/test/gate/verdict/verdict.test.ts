import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Coverage } from '../../../src/gate/run/coverage.ts'
import type { GateDecision } from '../../../src/gate/verdict/conclude.ts'
import { combineVerdicts, type FinalVerdict, finalVerdict } from '../../../src/gate/verdict/verdict.ts'

const decision = (more: Partial<GateDecision> = {}): GateDecision => ({
  verdict: 'pass',
  strength: 'strong',
  blocking: false,
  reasons: [],
  comparison: null,
  threshold: null,
  tags: [],
  metrics: [],
  critical: [],
  trace: { difference: [], threshold: [] },
  advice: null,
  ...more,
})

function coverage(more: Partial<Coverage>): Coverage {
  const states = {
    scored: 0,
    checkFailed: 0,
    modelError: 0,
    refused: 0,
    truncated: 0,
    noText: 0,
    judgeError: 0,
    checkError: 0,
    abstained: 0,
    budgetStopped: 0,
    mockMissing: 0,
    simulatorError: 0,
  }
  const have = (more.scored ?? 0) + (more.checkFailed ?? 0)
  return { cases: 100, ...states, answers: 100, answersScored: have, ...more }
}

const full = coverage({ scored: 97, checkFailed: 3 })

test('with enough coverage the decision stands; a failed must check is a score, not a gap', () => {
  assert.equal(finalVerdict(decision(), { candidate: full, least: 0.98 }).exitCode, 0)
  const failed = decision({ verdict: 'fail', blocking: true })
  assert.equal(finalVerdict(failed, { candidate: full, least: 0.98 }).exitCode, 1)
  const open = decision({ verdict: 'inconclusive', blocking: true })
  assert.equal(finalVerdict(open, { candidate: full, least: 0.98 }).exitCode, 2)
  const waved = decision({ verdict: 'inconclusive', blocking: false })
  assert.equal(finalVerdict(waved, { candidate: full, least: 0.98 }).exitCode, 0)
})

test('too little coverage decides nothing, neither a pass nor a fail, and always blocks', () => {
  const thin = coverage({ scored: 97, modelError: 2, judgeError: 1 })
  for (const verdict of ['pass', 'fail', 'inconclusive'] as const) {
    const final = finalVerdict(decision({ verdict }), { candidate: thin, least: 0.98 })
    assert.equal(final.verdict, 'inconclusive')
    assert.equal(final.exitCode, 2)
    assert.match(final.reasons[0]?.message ?? '', /97 of 100.*2 without an answer, 1 that the judge/)
  }
})

test('errors do not vanish behind repeats: every answer counts, not only one per case', () => {
  const patchy = coverage({ scored: 100, answers: 800, answersScored: 560 })
  const final = finalVerdict(decision(), { candidate: patchy, least: 0.98 })
  assert.deepEqual([final.verdict, final.exitCode], ['inconclusive', 2])
  assert.match(final.reasons[0]?.message ?? '', /560 of 800 answers of the candidate/)
})

test('what coverage leaves open no tie-break settles', () => {
  const tieBreak = { code: 'tie-break' as const, message: 'Passed by tie-break', tag: null, case: null }
  const weak = decision({ strength: 'weak', reasons: [tieBreak] })
  const final = finalVerdict(weak, { candidate: coverage({ scored: 90, modelError: 10 }), least: 0.98 })
  assert.deepEqual(
    final.reasons.map(({ code }) => code),
    ['coverage'],
  )
})

test('gaps of the baseline count as well', () => {
  const final = finalVerdict(decision(), {
    candidate: full,
    baseline: coverage({ scored: 90, modelError: 10 }),
    least: 0.98,
  })
  assert.equal(final.verdict, 'inconclusive')
  assert.match(final.reasons[0]?.message ?? '', /baseline/)
})

test('a run that judged nothing, or ran out of money first, could not run', () => {
  const nothing = finalVerdict(decision(), { candidate: coverage({ modelError: 100 }), least: 0 })
  assert.equal(finalVerdict(decision(), { candidate: coverage({ modelError: 100 }), least: 0.98 }).exitCode, 4)
  assert.notEqual(nothing.exitCode, 0)
  const broke = finalVerdict(decision(), { candidate: coverage({ scored: 50, budgetStopped: 50 }), least: 0.98 })
  assert.equal(broke.exitCode, 4)
  assert.equal(broke.reasons[0]?.code, 'budget')
  assert.equal(finalVerdict(decision(), { candidate: coverage({ cases: 0 }), least: 0.98 }).exitCode, 4)
})

test('of several features a fail outweighs all, then what could not run, then what is open', () => {
  const of = (verdict: FinalVerdict['verdict'], exitCode: FinalVerdict['exitCode']) => ({
    verdict,
    exitCode,
    strength: 'strong' as const,
    reasons: [],
  })
  assert.deepEqual(combineVerdicts([of('pass', 0), of('fail', 1), of('inconclusive', 4)]), {
    verdict: 'fail',
    exitCode: 1,
  })
  assert.deepEqual(combineVerdicts([of('inconclusive', 2), of('inconclusive', 4)]), {
    verdict: 'inconclusive',
    exitCode: 4,
  })
  assert.deepEqual(combineVerdicts([of('pass', 0), of('inconclusive', 2)]), { verdict: 'inconclusive', exitCode: 2 })
  assert.deepEqual(combineVerdicts([of('pass', 0)]), { verdict: 'pass', exitCode: 0 })
})
