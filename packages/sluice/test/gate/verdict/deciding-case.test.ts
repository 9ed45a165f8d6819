import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseScores } from '../../../src/gate/run/score-table.ts'
import { decidingCaseOf } from '../../../src/gate/verdict/deciding-case.ts'

const row = (id: string, candidate: (number | undefined)[], baseline: number[], more: Partial<CaseScores> = {}) => ({
  ...{ id, weight: 1, cluster: undefined, tags: [] as string[], critical: false, candidate, baseline },
  ...{ state: 'scored' as const, baselineState: 'scored' as const, ...more },
})
const reason = (code: string, about: { tag?: string; case?: string } = {}) => ({
  ...{ code, message: '', tag: null, case: null },
  ...about,
})
const fail = (...reasons: ReturnType<typeof reason>[]) => ({ verdict: 'fail' as const, reasons })

const cases = [
  row('calm', [1, 1], [1, 1]),
  row('deep', [0, 0.2], [1, 1], { tags: ['billing'] }),
  row('heavy', [0.5], [1], { weight: 3, tags: ['core'] }),
  row('always-hard', [0], [0], { weight: 9 }),
  row('silent', [undefined], [1], { weight: 2, tags: ['core'] }),
]

test('a regression is shown by the case that explains most of the loss: weight times drop', () => {
  assert.equal(decidingCaseOf(fail(reason('regression')), cases), 'heavy')
  assert.equal(decidingCaseOf(fail(reason('tag-regression', { tag: 'billing' })), cases), 'deep')
})

test('a critical case is its own cause; a threshold has the case that is furthest from a full score', () => {
  assert.equal(decidingCaseOf(fail(reason('critical-case', { case: 'calm' })), cases), 'calm')
  assert.equal(decidingCaseOf(fail(reason('below-threshold')), cases), 'always-hard')
})

test('missing coverage is shown by a case without a score, never by one that has a score', () => {
  assert.equal(decidingCaseOf({ verdict: 'inconclusive', reasons: [reason('coverage')] }, cases), 'silent')
})

test('of equal losses the critical one comes first', () => {
  const equal = [row('a', [0], [1]), row('b', [0], [1], { critical: true }), row('c', [0], [1])]
  assert.equal(decidingCaseOf(fail(reason('regression')), equal), 'b')
})

test('a pass has no cause, nor has a verdict in which no case has a part', () => {
  assert.equal(decidingCaseOf({ verdict: 'pass', reasons: [reason('tie-break')] }, cases), null)
  assert.equal(
    decidingCaseOf({ verdict: 'inconclusive', reasons: [reason('few-answers')] }, [row('a', [1], [1])]),
    null,
  )
})
