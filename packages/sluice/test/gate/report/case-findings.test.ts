import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findingsOf } from '../../../src/gate/report/case-findings.ts'
import { caseReport } from '../../support/report/incident.ts'

const check = (name: string, score: number, must = false) => ({
  name,
  type: 'contains',
  score,
  reason: `about ${name}`,
  must,
})
const item = (
  id: string,
  verdict: string,
  more: { evidence?: string; evidenceFound?: boolean; must?: boolean; score?: number } = {},
) => ({
  id,
  verdict,
  evidence: '',
  reasoning: `about ${id}`,
  ...more,
})

test('what the baseline had comes first, then what must hold; what is right is left out', () => {
  const findings = findingsOf(
    caseReport({
      checks: [check('fine', 1), check('half', 0.5), check('gone', 0)],
      baselineChecks: [check('gone', 1), check('half', 0.5)],
      judge: [
        item('polite', 'yes'),
        item('faithful', 'no', { must: true }),
        item('actions', 'no'),
        item('tone', 'cannot_tell'),
      ],
      baselineJudge: [item('actions', 'yes'), item('faithful', 'no')],
    }),
  )
  assert.deepEqual(
    findings.map(({ name, outcome, lost, must }) => [name, outcome, lost, must]),
    [
      ['actions', 'no', true, false],
      ['gone', 'failed', true, false],
      ['faithful', 'no', false, true],
      ['tone', 'cannot tell', false, false],
      ['half', '0.50', false, false],
    ],
  )
})

test("an evaluator's choice is judged by its score", () => {
  const findings = findingsOf(
    caseReport({ judge: [item('style', 'excellent', { score: 1 }), item('tone', 'poor', { score: 0.25 })] }),
  )
  assert.deepEqual(
    findings.map(({ name, outcome }) => [name, outcome]),
    [['tone', 'poor']],
  )
})

test('an invented quote is marked, a missing one is not', () => {
  const [invented, none] = findingsOf(
    caseReport({
      judge: [
        item('a', 'no', { evidence: 'never said', evidenceFound: false }),
        item('b', 'no', { evidenceFound: false }),
      ],
    }),
  )
  assert.equal(invented?.invented, true)
  assert.equal(none?.invented, false)
})
