import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckError } from '../../../../src/core/scorers/checks/check-error.ts'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import type { AnswerTrace } from '../../../../src/records/answer-trace.ts'
import { aCase, runCheck, scoreOf } from '../scoring.ts'

const documents = (...ids: (string | null)[]): AnswerTrace => ({ retrieved: ids.map((id) => ({ id, text: null })) })

test('label: the score is right or wrong, and an answer that is no label is unknown', async () => {
  const label = { expected: '{{expected}}', labels: ['Refund', 'delivery'] }
  const found = (output: string) => runCheck({ label }, output, { case: aCase({ expected: 'refund' }) })
  assert.deepEqual((await found(' REFUND\n')).measured, {
    kind: 'label',
    expected: 'Refund',
    got: 'Refund',
    labels: label.labels,
  })
  assert.deepEqual((await found('delivery')).score, 0)
  const unknown = await found('I would say refund')
  assert.equal(unknown.score, 0)
  assert.match(unknown.reason, /which is no label/)
  assert.equal(unknown.measured?.kind === 'label' && unknown.measured.got, null)
  assert.equal(unknown.name, 'label')
})

test('label: a path finds the label in JSON; what cannot be read there is unknown', async () => {
  const label = { expected: 'refund', path: '$.category' }
  assert.equal(await scoreOf({ label }, '{"category": "Refund"}'), 1)
  assert.equal(await scoreOf({ label }, 'refund'), 0)
  assert.equal(await scoreOf({ label, caseSensitive: true }, '{"category": "Refund"}'), 0)
})

test('label: an expected class that is not listed is a fault of the file, or of the case', async () => {
  const parsed = checkSchema.safeParse({ label: { expected: 'spam', labels: ['refund', 'other'] } })
  assert.match(parsed.error?.issues[0]?.message ?? '', /"spam" is none of the labels refund, other/)
  const run = runCheck({ label: { expected: '{{expected}}', labels: ['a', 'b'] } }, 'a', {
    case: aCase({ expected: 'c' }),
  })
  await assert.rejects(run, CheckError)
})

test('retrieval: recall@k is the score, a document counts once, and ranks are those without its copies', async () => {
  const trace = documents('x', 'x', 'b', 'y', 'a')
  const { score, reason, measured } = await runCheck({ retrieval: { relevant: ['a', 'b', 'c'], k: 3 } }, '', { trace })
  assert.equal(score, 1 / 3)
  assert.match(reason, /missing: a, c; 1 came again and counts once/)
  assert.deepEqual(measured, {
    kind: 'retrieval',
    k: 3,
    relevant: 3,
    ranks: [2, 4],
    missing: ['a', 'c'],
    duplicates: 1,
  })
})

test('retrieval: nothing reported is an error and never 0; an empty list is a 0', async () => {
  const retrieval = { relevant: ['a'] }
  await assert.rejects(runCheck({ retrieval }, ''), /does not say what was retrieved/)
  await assert.rejects(runCheck({ retrieval }, '', { trace: { unread: 'retrieved: odd' } }), /retrieved: odd/)
  await assert.rejects(
    runCheck({ retrieval }, '', { trace: documents('a', null) }),
    /document 2 was reported without an id/,
  )
  assert.equal(await scoreOf({ retrieval }, '', { trace: documents() }), 0)
})

test('fields: numbers within a tolerance, days in any form, sets in any order, paths, and null', async () => {
  const expected = { total: 41.5, due: '2026-12-01', items: ['pen', 'ink'], 'customer.name': 'Ann', note: null }
  const fields = { expected, kinds: { due: 'date', items: 'set' }, tolerance: 0.01 }
  const right = { total: '41.505', due: 'December 1st, 2026', items: ['ink', 'pen', 'pen'], customer: { name: 'ann' } }
  assert.equal(await scoreOf({ fields }, JSON.stringify(right)), 1)
  const wrong = { total: 41.6, due: '01/12/2026', items: ['ink'], customer: { name: 'Ben' }, note: 'x' }
  const { score, reason } = await runCheck({ fields }, JSON.stringify(wrong))
  assert.equal(score, 0)
  assert.match(reason, /^0 of 5 fields are right; total is 41.6, due is "01/)
  assert.equal(await scoreOf({ fields }, 'The total is 41.50.'), 0)
  await assert.rejects(
    runCheck({ fields: { expected: { due: '1/2/2026' }, kinds: { due: 'date' } } }, '{"due":"x"}'),
    CheckError,
  )
})
