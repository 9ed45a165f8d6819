import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataOf } from '../../../../src/core/scorers/checks/json.ts'
import { processorMs } from '../../../support/processor-time.ts'
import { runCheck, scoreOf } from '../scoring.ts'

const length = 60_000
const filled = (text: string) => text.repeat(length / text.length)
const listOf = (text: string) => `[${filled(`${text},`).slice(0, -1)}]`

/** Outputs that are long where a reader could take much longer than their length says. */
const hostile: Record<string, string> = {
  'zeros in the middle of a number': `{"n": 1${filled('0')}1}`,
  'zeros in the middle of a fraction': `{"n": 1.${filled('0')}1}`,
  'a number of many digits': `{"n": ${filled('9')}}`,
  'a long exponent': `{"n": 1e${filled('9')}}`,
  'a long exponent below zero': `{"n": 0.1e-${filled('9')}}`,
  'many numbers': `{"n": ${listOf('1.0')}}`,
  'many numbers inside each other': `{"n": ${'['.repeat(100)}${listOf('-0')}${']'.repeat(100)}}`,
  'a long text inside of many objects': `${'{"n":'.repeat(100)}"${filled('a')}"${'}'.repeat(100)}`,
  'brackets that are too deep': `${'['.repeat(length / 2)}1.0${']'.repeat(length / 2)}`,
  'many keys': `{${Array.from({ length: length / 12 }, (_, key) => `"${key * 997}": 1.0`).join()}}`,
  'many objects': filled('{"a":1} '),
  'spaces before a number': `{"n":${filled(' ')}1.0}`,
  'a date with many spaces': `{"n": "2026-12-01 10:00${filled(' ')}x"}`,
}

const checks: Record<string, unknown>[] = [
  { json: true },
  { jsonSchema: { properties: { n: { enum: [1, 2], maximum: 10 } }, additionalProperties: { maximum: 3 } } },
  { containsJson: { type: 'object', required: ['z'] } },
  { jsonPath: { path: '$.n', equals: 1 } },
  { jsonPath: { path: '$..*', matches: '^(?:.|b)' } },
  { fields: { expected: { n: 1, a: 'b' } } },
  { fields: { expected: { n: '2026-12-01' }, kinds: { n: 'date' } } },
  { label: { expected: 'x', path: '$.n' } },
  { expression: 'json.n == 1' },
]

/** So many times as long as harmless JSON of the same length is read, an output may keep a check busy. */
const most = 100

for (const [what, output] of Object.entries(hostile)) {
  test(`no check of JSON is held up by ${what}`, async () => {
    const harmless = listOf('{"n": 1.0}')
    const usualMs = await processorMs(() => dataOf(harmless))
    for (const check of checks) {
      const ms = await processorMs(() => runCheck(check, output).catch(({ name }) => assert.equal(name, 'CheckError')))
      assert.ok(ms < most * usualMs, `${JSON.stringify(check)} took ${ms} ms; harmless JSON ${usualMs} ms`)
    }
  })
}

test('numbers of many digits are compared to the last one', async () => {
  const zeros = filled('0')
  for (const number of [`1${zeros}1`, `-1.${zeros}1`, filled('9')]) {
    const output = `{"n": ${number}}`
    assert.equal(await scoreOf({ json: true }, output), 1)
    assert.equal(await scoreOf({ fields: { expected: { n: 1 } } }, output), 0)
    assert.equal(await scoreOf({ jsonSchema: { properties: { n: { not: { const: 10 } } } } }, output), 1)
  }
})

test('many values share one time limit, and many are no fault', async () => {
  const names = JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ name: `n${id}` })))
  const jsonPath = { path: '$[*].name', matches: '^(n|m)\\d' }
  const ms = await processorMs(async () => assert.equal(await scoreOf({ jsonPath }, names), 1))
  const many = await processorMs(() => runCheck({ containsJson: { required: ['z'] } }, filled('{"a":1} ')))
  assert.ok(ms < 1500 && many < 5000, `${ms} and ${many} ms`)
  // Each of them alone takes a few milliseconds.
  const slow = JSON.stringify(Array.from({ length: 5000 }, () => 'a'.repeat(18)))
  await assert.rejects(runCheck({ jsonPath: { path: '$[*]', matches: '^(a+)+!$|a$' } }, slow), {
    name: 'CheckError',
    message: /exclude each other/,
  })
})

test('text checks are not held up by white space or marks', async () => {
  const usualMs = await processorMs(() => dataOf(listOf('{"n": 1.0}')))
  for (const [check, output, score] of [
    [{ refusal: true }, `I can't help with that.${filled('\n')}x`, 1],
    [{ html: true }, `${'<!-- -->'.repeat(40)}<div>a</div>`, 1],
    [{ html: true }, `<!--${filled('-')}--><div>a</div>`, 1],
  ] as const) {
    const ms = await processorMs(async () => assert.equal(await scoreOf(check, output), score))
    assert.ok(ms < most * usualMs, `${JSON.stringify(check)} took ${ms} ms; harmless JSON ${usualMs} ms`)
  }
})
