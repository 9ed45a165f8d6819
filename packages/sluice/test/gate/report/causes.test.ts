import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeSentence, causesOf, sharedCause } from '../../../src/gate/report/causes.ts'
import { createScoreTable } from '../../../src/gate/run/score-table.ts'
import type { CaseDetail } from '../../../src/records/report/case-detail.ts'

const failed = (error: string): CaseDetail => ({ state: 'modelError', checks: [], judge: [], error })
const scored: CaseDetail = { state: 'scored', score: 1, checks: [], judge: [] }

/** The causes of details, given per case as lists of repeats. */
function causes(cases: Record<string, CaseDetail[]>, role: 'candidate' | 'baseline' = 'candidate') {
  const table = createScoreTable()
  const rows = Object.entries(cases).flatMap(([id, details], position) => {
    table.add(position, { id, tags: [], weight: 1, critical: false })
    return details.map((detail, index) => ({ position, role, repeat: index + 1, detail }))
  })
  return causesOf(rows, table.cases)
}

test('a spent budget is one cause, whatever the next call would have cost', () => {
  const spent = (usd: string, next: string) =>
    `local: the budget of $0.1000 is used up: $${usd} spent, and the next call to local:judge may cost $${next}. Raise it with --budget-usd or gate.budgetUsd`
  const cause = sharedCause(spent('0.0310', '0.5600'))
  assert.equal(cause, sharedCause(spent('0.0840', '0.5589')))
  assert.match(cause, /budget of \$0\.1000 is used up by the next call to local:judge\. Raise it/)
  assert.equal(
    sharedCause('judge local:j on case "c 1": the answer was empty\nmore'),
    'judge local:j: the answer was empty',
  )
})

test('errors that differ only in what belongs to their case are one cause, with the first ids', () => {
  const error = (id: string, line: number, hash: string) =>
    failed(
      `answers.jsonl:${line}: judge on case "${id}", repeat ${line}: ${hash} (req_${line}a): away\nparticulars of ${id}`,
    )
  const found = causes({
    a: [error('a', 1, '0123456789abcdef01')],
    b: [error('b', 2, 'fedcba98765432100f')],
    c: [scored],
    d: [error('d', 3, '6f1c7ea0-1111-4222-8333-123456789abc'), error('d', 4, '0123456789abcdef01')],
    e: [error('e', 5, '0123456789abcdef02')],
  })
  assert.deepEqual(found, [
    {
      message: 'answers.jsonl:…: judge on case "…", repeat …: … (…): away',
      version: 'candidate',
      cases: 4,
      ids: ['a', 'b', 'd'],
    },
  ])
  assert.match(found.map(causeSentence).join(), /^4 cases \(a, b, d, …\): answers\.jsonl:…: judge/)
})

test('numbers that tell causes apart are kept, and the most frequent cause comes first', () => {
  const found = causes({ a: [failed('status 503')], b: [failed('status 429')], c: [failed('status 429')] })
  assert.deepEqual(
    found.map(({ message, cases }) => [message, cases]),
    [
      ['status 429', 2],
      ['status 503', 1],
    ],
  )
})

test('a cause of one case alone says all of its error; a case that has a score in no repeat needs no words of its own', () => {
  const [alone] = causes({ a: [failed('recordings.jsonl:7: gone\n(line 7)')] }, 'baseline')
  assert.equal(alone && causeSentence(alone), '1 case of the baseline (a): recordings.jsonl:7: gone (line 7)')
  assert.deepEqual(causes({ a: [scored] }), [])
  const [abstained] = causes({ a: [{ state: 'abstained', checks: [], judge: [] }] })
  assert.equal(abstained?.message, 'the judge could not tell')
})

test('however many different errors there are, few causes are kept', () => {
  const words = (index: number) => String.fromCharCode(97 + (index % 26), 97 + ((index / 26) | 0), 97 + (index % 7))
  const cases = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`c${index}`, [failed(words(index))]]))
  const found = causes(cases)
  assert.ok(found.length <= 101, String(found.length))
  assert.equal(
    found.reduce((sum, { cases }) => sum + cases, 0),
    600,
  )
  assert.equal(found[0]?.message, 'other errors')
})

test('a cause of stale recordings says so, beside others that do not', () => {
  const found = causes({ a: [{ ...failed('other recordings'), stale: true }], b: [failed('away')] })
  assert.deepEqual(
    found.map(({ message, stale }) => [message, stale]),
    [
      ['other recordings', true],
      ['away', undefined],
    ],
  )
})
