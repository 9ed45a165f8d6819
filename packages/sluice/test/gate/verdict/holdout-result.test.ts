import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseScores } from '../../../src/gate/run/score-table.ts'
import { holdoutNote, holdoutResult } from '../../../src/gate/verdict/holdout-result.ts'

function scores(id: number, change: number, holdout: boolean, more: Partial<CaseScores> = {}): CaseScores {
  const base = { id: `c${id}`, weight: 1, cluster: undefined, tags: [], critical: false, state: 'scored' as const }
  const baseline = [0.5]
  return { ...base, baselineState: 'scored', candidate: [0.5 + change], baseline, ...(holdout && { holdout }), ...more }
}

/** Changes of 30 seen and 12 held out cases, with a spread of 0.1 around their means. */
function suite(seen: number, held: number, count = 12): CaseScores[] {
  const spread = (at: number) => (at % 2 === 0 ? 0.05 : -0.05)
  return [
    ...Array.from({ length: 30 }, (_, at) => scores(at, seen + spread(at), false)),
    ...Array.from({ length: count }, (_, at) => scores(100 + at, held + spread(at), true)),
  ]
}

const outcomeOf = (cases: CaseScores[], left = 0) => holdoutResult(cases, 0.95, left)?.outcome

test('a change that helps the seen cases alone was tuned to them', () => {
  const found = holdoutResult(suite(0.2, 0), 0.95, 0)
  assert.equal(found?.outcome, 'disagrees')
  assert.ok(found && Math.abs((found.gap ?? 0) + 0.2) < 1e-9)
  assert.match(
    holdoutNote(found, 'mail'),
    /^The holdout disagrees: 12 held out cases changed by 0\.000, the others by \+0\.200: a gap of -0\.200 \[-0\.\d+, -0\.\d+\]/,
  )
})

test('no gap, or a better holdout, shows no tuning, and the possible gap is said', () => {
  const found = holdoutResult(suite(0.1, 0.1), 0.95, 0)
  assert.equal(found?.outcome, 'not-shown')
  assert.match(
    found ? holdoutNote(found, 'mail') : '',
    /does not show that the prompt was tuned to the suite; a gap down to -0\.0/,
  )
  assert.equal(outcomeOf(suite(0, 0.2)), 'not-shown')
})

test('what was not looked at is never called fine', () => {
  assert.equal(outcomeOf(suite(0.2, 0, 9)), 'too-few')
  const oneCluster = suite(0.2, 0).map((one) => (one.holdout ? { ...one, cluster: 'k' } : one))
  assert.equal(outcomeOf(oneCluster), 'too-few')
  const unscored = suite(0.2, 0).map((one) => (one.holdout ? { ...one, candidate: [undefined] } : one))
  assert.equal(outcomeOf(unscored), 'too-few')
  assert.equal(outcomeOf(suite(0.2, 0).map((one) => ({ ...one, baseline: [] }))), 'no-baseline')
  assert.equal(outcomeOf([], 3), 'left-out')
  assert.equal(outcomeOf([], 0), undefined)
})
