import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseRows } from '../../../src/gate/report/case-rows.ts'
import type { ResultRow } from '../../../src/gate/run/results.ts'
import { createScoreTable } from '../../../src/gate/run/score-table.ts'
import type { CaseDetail } from '../../../src/records/report/case-detail.ts'

const detail = (state: CaseDetail['state'], output: string, score?: number): CaseDetail => ({
  state,
  output,
  checks: [],
  judge: [],
  ...(score !== undefined && { score }),
})

function rowsOf(details: { candidate: CaseDetail[]; baseline?: CaseDetail[] }) {
  const table = createScoreTable()
  table.add(0, { id: 'a', tags: ['core'], weight: 2, critical: true })
  const rows: ResultRow[] = []
  for (const role of ['baseline', 'candidate'] as const) {
    for (const [index, one] of (details[role] ?? []).entries()) {
      table.record(0, role, index + 1, one.state, one.score)
      rows.push({ position: 0, role, repeat: index + 1, detail: one })
    }
  }
  return [...caseRows(table.cases, rows, 0.6)]
}

test('of several repeats the worst is shown, also when a must check set it to 0', () => {
  const [row] = rowsOf({
    candidate: [detail('scored', 'good', 1), detail('checkFailed', 'bad', 0), detail('scored', 'fair', 0.7)],
  })
  assert.equal(row?.state, 'scored')
  assert.equal(row?.output, 'bad')
  assert.deepEqual(row?.passed, { k: 2, n: 3 })
})

test('an error is shown only where no repeat has a score, and is no score then', () => {
  const [mixed] = rowsOf({ candidate: [detail('modelError', 'none'), detail('scored', 'fair', 0.7)] })
  assert.deepEqual([mixed?.output, mixed?.score], ['fair', 0.7])
  const [failed] = rowsOf({ candidate: [{ ...detail('modelError', ''), error: 'no answer' }] })
  assert.deepEqual(
    [failed?.state, failed?.score, failed?.error, failed?.passed],
    ['modelError', null, 'no answer', null],
  )
})

test('the baseline is shown by its typical repeat, not by a lucky one', () => {
  const baseline = [detail('scored', 'lucky', 1), detail('scored', 'typical', 0.6), detail('scored', 'unlucky', 0.3)]
  const [row] = rowsOf({ candidate: [detail('scored', 'new', 0.5)], baseline })
  assert.equal(row?.baselineOutput, 'typical')
})

test('rows and cases are joined by position, a case without details included', () => {
  const table = createScoreTable()
  for (const [position, id] of ['a', 'b', 'c'].entries()) {
    table.add(position, { id, tags: [], weight: 1, critical: false })
  }
  const rows: ResultRow[] = [
    { position: 0, role: 'candidate', repeat: 1, detail: detail('scored', 'of a', 1) },
    { position: 2, role: 'candidate', repeat: 1, detail: detail('scored', 'of c', 1) },
  ]
  assert.deepEqual(
    [...caseRows(table.cases, rows, 0.6)].map(({ id, output }) => [id, output]),
    [
      ['a', 'of a'],
      ['b', null],
      ['c', 'of c'],
    ],
  )
})

test('every answer is kept where there were several and one fell short, with what it lacked', () => {
  const check = { name: 'short', type: 'maxWords', score: 0, reason: '300 words', weight: 1, must: false }
  const [row] = rowsOf({
    candidate: [detail('scored', 'good', 1), { ...detail('scored', 'long', 0.5), checks: [check], expected: 'brief' }],
    baseline: [detail('scored', 'before', 1), detail('modelError', '')],
  })
  assert.deepEqual(
    row?.answers?.map(({ version, repeat, score, output }) => [version, repeat, score, output]),
    [
      ['candidate', 1, 1, 'good'],
      ['candidate', 2, 0.5, 'long'],
      ['baseline', 1, 1, 'before'],
      ['baseline', 2, null, ''],
    ],
  )
  assert.deepEqual(row?.answers?.[1]?.notMet, [{ name: 'short', outcome: 'failed', reason: '300 words' }])
  assert.equal(row?.expected, 'brief')
})

test('single answers, and repeats that were all right, are not listed a second time', () => {
  const good = detail('scored', 'good', 1)
  const [[single], [perfect]] = [
    rowsOf({ candidate: [detail('scored', 'bad', 0)] }),
    rowsOf({ candidate: [good, good] }),
  ]
  assert.deepEqual([single?.answers, perfect?.answers], [undefined, undefined])
})
