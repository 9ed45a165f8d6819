import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshAnswers } from '../../../src/gate/nightly/kept-answers.ts'
import { unexpectedAnswer } from '../../../src/gate/run/score-answer.ts'
import type { CaseDetail } from '../../../src/records/report/case-detail.ts'

test('of a case that is scored by there being no answer none is kept to be judged again', () => {
  const details: CaseDetail[] = [
    { state: 'scored', score: 1, output: 'Fine.', checks: [], judge: [] },
    { state: 'scored', score: 1, output: '', checks: [{ ...unexpectedAnswer('refusal'), score: 1 }], judge: [] },
    { state: 'scored', score: 0, output: 'Here is how.', checks: [unexpectedAnswer('refusal')], judge: [] },
    { state: 'truncated', output: 'Half', checks: [], judge: [] },
  ]
  const rows = details.map((detail, position) => ({ position, role: 'candidate' as const, repeat: 1, detail }))
  const ids = new Map(details.map((_, position) => [position, `case-${position}`]))
  assert.deepEqual([...freshAnswers(rows, ids, 1).keys()], ['case-0', 'case-2'])
})
