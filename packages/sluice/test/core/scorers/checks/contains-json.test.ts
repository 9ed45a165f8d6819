import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCheck, scoreOf } from '../scoring.ts'

test('containsJson finds an object in prose, in a code fence and in a list', async () => {
  for (const text of [
    '{"a": 1}',
    'Here it is: {"a": {"b": "}"}} as asked.',
    '```json\n{\n  "a": 1\n}\n```',
    'Rows: [{"a": 1}]',
    'An odd { brace and "a quote, then {"a": 1}',
    '{ not: json } but {"a": "\\"{"}',
    'Nothing: {}',
  ]) {
    assert.equal(await scoreOf({ containsJson: true }, text), 1, text)
    assert.equal(await scoreOf({ notContainsJson: true }, text), 0, text)
  }
})

test('brackets of other kinds are no JSON', async () => {
  for (const text of [
    '',
    'As said in [1] and [2].',
    'Use {name} or { a: 1 }.',
    '{"a": 1',
    "{'a': 1}",
    '"text"',
    '3',
    '{{x}}',
  ]) {
    assert.equal(await scoreOf({ containsJson: true }, text), 0, text)
    assert.equal(await scoreOf({ notContainsJson: true }, text), 1, text)
  }
})

test('with a schema one object or list must meet it', async () => {
  const object = { type: 'object', required: ['total'] }
  assert.equal(await scoreOf({ containsJson: object }, 'First {"a": 1}, then {"total": 2}.'), 1)
  const { score, reason } = await runCheck({ containsJson: object }, 'Only {"a": 1}.')
  assert.equal(score, 0)
  assert.match(reason, /does not meet the schema: .*total/)
  assert.equal(await scoreOf({ containsJson: object }, 'None.'), 0)
  assert.equal(await scoreOf({ containsJson: { type: 'array', minItems: 2 } }, 'Rows [1] and [1, 2]'), 1)
  assert.equal(await scoreOf({ containsJson: object }, 'In a list: [{"total": 1}]'), 1)
  assert.equal(await scoreOf({ notContainsJson: object }, 'Only {"a": 1}.'), 1)
  assert.equal(await scoreOf({ notContainsJson: object }, 'Even {"total": 1}.'), 0)
})

test('a number is compared with a schema to its last digit', async () => {
  const schema = { properties: { id: { const: 9007199254740992 } }, required: ['id'] }
  assert.equal(await scoreOf({ containsJson: schema }, 'id: {"id": 9007199254740993}'), 0)
})

test('brackets that cost too much to pair, and JSON too deep to read, are errors', async () => {
  const unpaired = { name: 'CheckError', message: /too many brackets that do not close/ }
  await assert.rejects(runCheck({ containsJson: true }, '{"'.repeat(20_000)), unpaired)
  await assert.rejects(runCheck({ notContainsJson: { type: 'array' } }, '[['.repeat(20_000)), unpaired)
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  for (const check of [
    { json: true },
    { notJson: true },
    { jsonSchema: { type: 'array' } },
    { containsJson: { type: 'array' } },
  ])
    await assert.rejects(runCheck(check, deep), { name: 'CheckError' }, JSON.stringify(check))
})

test('megabytes of JSON and of prose are read', async () => {
  const rows = JSON.stringify(Array.from({ length: 25_000 }, (_, id) => ({ id, name: 'some text here' })))
  assert.ok(rows.length > 900_000)
  assert.equal(await scoreOf({ containsJson: true }, `Here: ${rows}`), 1)
  assert.equal(await scoreOf({ containsJson: true }, 'Some prose {with} brackets. '.repeat(36_000)), 0)
})

test('json and jsonSchema have negations', async () => {
  assert.equal(await scoreOf({ notJson: true }, 'text'), 1)
  assert.equal(await scoreOf({ notJson: true }, '{}'), 0)
  const notJsonSchema = { type: 'object', required: ['error'] }
  assert.equal(await scoreOf({ notJsonSchema }, '{"ok": 1}'), 1)
  assert.equal(await scoreOf({ notJsonSchema }, 'text'), 1)
  assert.equal(await scoreOf({ notJsonSchema }, '{"error": 1}'), 0)
})
