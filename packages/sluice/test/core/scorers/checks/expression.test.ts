import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import { aCase, runCheck, runSpec, scoreOf } from '../scoring.ts'

const subject = {
  case: aCase({ vars: { limit: 30, name: 'Ann', tags: ['a', 'b'] }, expected: 'Friday' }),
}

test('a condition over the output, the variables and the expected answer', async () => {
  for (const [expression, score] of [
    ['output.contains(expected)', 1],
    ['output.contains("Monday")', 0],
    ['size(output) <= vars.limit', 1],
    ['size(output) < vars.limit - 20', 0],
    ['output.startsWith(vars.name) && !output.contains("refund")', 1],
    ['output.matches("^Ann[^0-9]+$")', 1],
    ['"b" in vars.tags', 1],
    ['has(vars.missing)', 0],
    ['vars.tags.all(tag, !output.contains("<" + tag + ">"))', 1],
  ] as const)
    assert.equal(await scoreOf({ expression }, 'Ann, it comes on Friday.', subject), score, expression)
})

test('a number from 0 to 1 is the score; whole numbers and decimals mix', async () => {
  assert.equal(await scoreOf({ expression: 'size(output) / 40.0' }, 'ten chars.'), 0.25)
  assert.equal(await scoreOf({ expression: 'output == "x" ? 1 : 0' }, 'x'), 1)
  assert.equal(await scoreOf({ expression: '(json.a + 1) / 4' }, '{"a": 2}'), 0.75)
})

test('json is the output as JSON; an output that is none fails', async () => {
  const expression = 'has(json.total) && json.total >= 3 && json.items.exists(i, i.id == 2)'
  assert.equal(await scoreOf({ expression }, '{"total": 3, "items": [{"id": 1}, {"id": 2}]}'), 1)
  assert.equal(await scoreOf({ expression }, '{"items": []}'), 0)
  const { score, reason } = await runCheck({ expression: '!has(json.error)' }, 'Sorry')
  assert.equal(score, 0)
  assert.match(reason, /not JSON/)
})

for (const [expression, output, message] of [
  ['json.total > 3', '{}', /cannot be evaluated: No such key: total; has\(json.key\)/],
  ['vars.missing == output', 'x', /No such key: missing/],
  ['json.a > 1', '{"a": "x"}', /cannot be evaluated/],
  ['size(output)', 'long', /gives 4; a condition or a number from 0 to 1/],
  ['json.a', '{"a": null}', /gives null/],
  ['json.a / 0.0', '{"a": 1}', /gives Infinity/],
  ['output == expected', 'x', /no expected answer/],
  ['output.matches("(a+)+$")', `${'a'.repeat(40)}b`, /took more than \d+ ms/],
  ['output.matches("(")', 'x', /cannot be evaluated/],
] as const) {
  test(`${expression} on ${output.slice(0, 12)} is an error, not a score`, async () => {
    await assert.rejects(runCheck({ expression }, output), { name: 'CheckError', message })
  })
}

test('what is no expression is refused when the file is read', async () => {
  for (const expression of [
    'output ==',
    'unknown > 1',
    'output',
    'output + 1',
    'output.foo()',
    '"a".constructor',
    '',
    'x => x',
    'process.exit()',
  ]) {
    assert.equal(checkSchema.safeParse({ expression }).success, false, expression)
  }
  await assert.rejects(runSpec({ type: 'expression', value: 'output ==' }, 'x'), {
    name: 'CheckError',
    message: /not an expression/,
  })
})

test('nothing but its variables can be reached', async () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(await scoreOf({ expression: `has(vars.${name}) || output == "y"` }, 'x', subject), 0)
    await assert.rejects(runCheck({ expression: `vars.${name} == output` }, 'x', subject), { name: 'CheckError' })
  }
})

test('long numbers of variables are their texts, as for own functions', async () => {
  assert.equal(await scoreOf({ expression: 'size(output) == 10000000' }, 'x'.repeat(10_000_000)), 1)
})
