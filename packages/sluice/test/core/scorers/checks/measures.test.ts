import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckError } from '../../../../src/core/scorers/checks/check-error.ts'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import { Written } from '../../../../src/core/suite/values/written.ts'
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

test('fields: a number is near to another only where all digits of an id and all of its size say so', async () => {
  const scoreWith = (written: string, total: unknown, tolerance = 0) =>
    scoreOf({ fields: { expected: { total }, tolerance } }, `{"total": ${written}}`)
  assert.equal(await scoreWith('4006381333932', 4006381333931), 0)
  assert.equal(await scoreWith('"4006381333932"', 4006381333931), 0)
  const digits = '12345678901234567890'
  const long = new Written(Number(digits), digits)
  assert.equal(await scoreWith('12345678901234567891', long), 0)
  assert.equal(await scoreWith('"12345678901234567890"', long), 1)
  assert.equal(await scoreWith('4006381333932', 4006381333931, 1), 1)
  for (const written of ['1e999', '-1e999', '"1e999"', '"Infinity"', '"NaN"'])
    assert.equal(await scoreWith(written, 5, 1e308), 0, written)
  for (const written of ['0.30000000000000004', '3e-1', '0.3', '"+0.30"', '"00.3"'])
    assert.equal(await scoreWith(written, 0.3), 1, written)
  assert.equal(await scoreWith('100.01', 100, 0.01), 1)
})

test('fields: a text that names two days, or none, is no date; members of a set may be objects', async () => {
  const scoreDay = (due: string) =>
    scoreOf({ fields: { expected: { due: '2026-03-01' }, kinds: { due: 'date' } } }, JSON.stringify({ due }))
  const none = [
    '2026-03-01 or 2026-03-05',
    '2026-03-01 to 2026-03-31',
    '1 marble 2026',
    '2026-03-01T',
    '1 mar 2026 or so',
  ]
  for (const text of none) assert.equal(await scoreDay(text), 0, text)
  const same = ['2026-03-01T23:59:00.000Z', '2026-03-01 08:15 +02:00', '2026/3/1', '1 Mar. 2026', 'March 1st, 2026']
  for (const text of same) assert.equal(await scoreDay(text), 1, text)
  const fields = { expected: { items: [{ a: 1, b: 2 }] }, kinds: { items: 'set' } }
  assert.equal(await scoreOf({ fields }, '{"items": [{"b": 2, "a": 1}]}'), 1)
})

test('fields: an output without fields has none right, not even one that is to be absent', async () => {
  const fields = { expected: { note: null } }
  assert.equal(await scoreOf({ fields }, '{}'), 1)
  for (const output of ['"none"', '7', 'null', '[]', '[1]', '12345678901234567890'])
    assert.equal(await scoreOf({ fields }, output), 0, output)
  assert.equal(await scoreOf({ fields: { expected: { '0.a': 1 } } }, '[{"a": 1}]'), 1)
})

test('an output of thousands of levels is no score and no end of the run', async () => {
  const label = { expected: 'x', path: '$.t' }
  for (let depth = 1500; depth < 6000; depth += 125) {
    const found = await runCheck({ label }, `{"t": ${'['.repeat(depth)}${']'.repeat(depth)}}`).catch((error) => error)
    assert.ok(found instanceof CheckError || found.score === 0, `${depth}: ${found}`)
  }
})
