import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseYaml } from '../../../../src/core/suite/yaml/yaml.ts'
import { aCase, runCheck, runSpec, scoreOf } from '../scoring.ts'

const document = JSON.stringify({
  owner: 'Ann',
  total: 12,
  none: null,
  items: [
    { id: 1, done: true },
    { id: 2, done: true },
    { id: 3, done: false },
  ],
})

test('json is the whole output', async () => {
  for (const text of ['{"a": 1}', ' [1]\n', '"text"', '3', 'null']) assert.equal(await scoreOf({ json: true }, text), 1)
  for (const text of ['', '{a: 1}', '{"a": 1} done', '{"a":', 'NaN']) {
    assert.equal(await scoreOf({ json: true }, text), 0, text)
  }
})

test('JSON in a Markdown fence is not JSON, and the reason says so', async () => {
  const result = await runCheck({ json: true }, '```json\n{"a": 1}\n```')
  assert.equal(result.score, 0)
  assert.match(result.reason, /Markdown code fence/)
})

test('jsonSchema says where the output does not meet it', async () => {
  const jsonSchema = { type: 'object', required: ['owner'], properties: { total: { type: 'integer', maximum: 10 } } }
  assert.equal(await scoreOf({ jsonSchema }, '{"owner": "Ann", "total": 10}'), 1)
  const result = await runCheck({ jsonSchema }, document)
  assert.equal(result.score, 0)
  assert.match(result.reason, /\/total must be <= 10/)
  assert.equal(await scoreOf({ jsonSchema }, 'no JSON'), 0)
})

test('draft 2020-12 is the default and draft-07 is known', async () => {
  const tuple = { prefixItems: [{ type: 'string' }], items: false }
  assert.equal(await scoreOf({ jsonSchema: tuple }, '["a"]'), 1)
  assert.equal(await scoreOf({ jsonSchema: tuple }, '["a", "b"]'), 0)
  const draft7 = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    items: [{ type: 'string' }],
    additionalItems: false,
  }
  assert.equal(await scoreOf({ jsonSchema: draft7 }, '["a"]'), 1)
  assert.equal(await scoreOf({ jsonSchema: draft7 }, '["a", "b"]'), 0)
})

test('a schema that cannot be used is an error', async () => {
  const run = (value: Record<string, unknown>) => runSpec({ type: 'jsonSchema', value }, '{}')
  await assert.rejects(run({ type: 'text' }), { name: 'CheckError', message: /cannot be used/ })
  await assert.rejects(run({ $ref: 'https://example.com/x' }), { name: 'CheckError', message: /cannot be used/ })
  const old = { $schema: 'http://json-schema.org/draft-04/schema#' }
  await assert.rejects(run(old), { name: 'CheckError', message: /draft-04.*2020-12.*draft-07/ })
})

test('two checks may hold schemas with one $id', async () => {
  const schema = (type: string) => ({ $id: 'https://example.com/one', type })
  assert.equal(await scoreOf({ jsonSchema: schema('object') }, '{}'), 1)
  assert.equal(await scoreOf({ jsonSchema: schema('array') }, '{}'), 0)
})

const conditions: [condition: Record<string, unknown>, score: number][] = [
  [{ path: '$.owner', exists: true }, 1],
  [{ path: '$.none', exists: true }, 1],
  [{ path: '$.nobody', exists: true }, 0],
  [{ path: '$.nobody', exists: false }, 1],
  [{ path: '$.owner', exists: false }, 0],
  [{ path: '$.owner', equals: 'ann' }, 1],
  [{ path: '$.total', equals: 12 }, 1],
  [{ path: '$.total', equals: '12' }, 0],
  [{ path: '$.none', equals: null }, 1],
  [{ path: '$.items[0]', equals: { done: true, id: 1 } }, 1],
  [{ path: '$.items[?@.id < 3].done', equals: true }, 1],
  [{ path: '$.items[*].done', equals: true }, 0],
  [{ path: '$.nothing[*]', equals: true }, 0],
  [{ path: '$.owner', matches: '^a' }, 1],
  [{ path: '$.items[*].id', matches: '^[123]$' }, 1],
  [{ path: '$.items[*].id', matches: '^[12]$' }, 0],
]

for (const [jsonPath, score] of conditions) {
  test(`jsonPath ${JSON.stringify(jsonPath)} scores ${score}`, async () => {
    assert.equal(await scoreOf({ jsonPath }, document), score)
  })
}

test('jsonPath tells case where asked, and knows the variables of the case', async () => {
  const equals = { path: '$.owner', equals: '{{who}}' }
  const subject = aCase({ vars: { who: 'ann' } })
  assert.equal(await scoreOf({ jsonPath: equals }, document, { case: subject }), 1)
  assert.equal(await scoreOf({ jsonPath: equals, caseSensitive: true }, document, { case: subject }), 0)
})

test('the reason shows the value that is off', async () => {
  const result = await runCheck({ jsonPath: { path: '$.items[*].done', equals: true } }, document)
  assert.match(result.reason, /holds "false"/)
  assert.match((await runCheck({ jsonPath: { path: '$.a', exists: true } }, '```')).reason, /not JSON/)
})

test('a path that is none is an error', async () => {
  const value = { path: '$.[', exists: true }
  await assert.rejects(runSpec({ type: 'jsonPath', value }, '{}'), { name: 'CheckError', message: /RFC 9535/ })
})

/** The score of a check as a YAML file has it. */
async function scoreInYaml(check: string, output: string): Promise<number> {
  return scoreOf(parseYaml(check, 'f.yaml').source?.value as Record<string, unknown>, output)
}

const account = '12345678901234567890'
const other = '12345678901234567891'

test('numbers beyond 2^53 compare to the last digit', async () => {
  for (const [check, path] of [
    [`{jsonPath: {path: $.id, equals: ${account}}}`, 'id'],
    [`{jsonPath: {path: $, equals: {id: ${account}}}}`, 'id'],
    [`{jsonSchema: {properties: {id: {const: ${account}}}}}`, 'id'],
    [`{jsonSchema: {properties: {id: {enum: [1, ${account}]}}}}`, 'id'],
    [`{jsonSchema: {const: {id: ${account}}}}`, 'id'],
    [`{jsonSchema: {properties: {"a/b~c": {items: {const: ${account}}}}}}`, 'deep'],
  ] as const) {
    const output = (number: string) => (path === 'id' ? `{"id": ${number}}` : `{"a/b~c": [${number}]}`)
    assert.equal(await scoreInYaml(check, output(account)), 1, check)
    assert.equal(await scoreInYaml(check, output(`${account}.0`)), 1, check)
    assert.equal(await scoreInYaml(check, output(other)), 0, check)
    assert.equal(await scoreInYaml(check, output(`"${account}"`)), 0, check)
  }
})

test('numbers of one value are equal however they are written', async () => {
  for (const [wanted, found] of [
    ['1.10', '1.1'],
    ['1e3', '1000'],
    ['0.0', '-0'],
    ['100', '1E2'],
  ] as const) {
    assert.equal(await scoreInYaml(`{jsonPath: {path: $.n, equals: ${wanted}}}`, `{"n": ${found}}`), 1, wanted)
    assert.equal(await scoreInYaml(`{jsonSchema: {properties: {n: {const: ${wanted}}}}}`, `{"n": ${found}}`), 1, wanted)
  }
})

test('filters, types and limits see numbers, whatever their length and spelling', async () => {
  const output = `{"items": [{"price": 9.50, "id": ${account}}], "total": ${account}}`
  assert.equal(await scoreInYaml(`{jsonPath: {path: "$.items[?@.price < 10].id", equals: ${account}}}`, output), 1)
  assert.equal(await scoreInYaml('{jsonSchema: {properties: {total: {type: integer, minimum: 1.0}}}}', output), 1)
  assert.equal(await scoreInYaml('{jsonSchema: {properties: {total: {maximum: 1e3}}}}', output), 0)
  assert.equal(await scoreInYaml(`{jsonPath: {path: $.total, matches: "^${account}$"}}`, output), 1)
})

test('limits compare to the last digit too', async () => {
  const scores = async (keyword: string, limit: string) => {
    const outputs = ['-1e400', '-5', '9007199254740992', '9007199254740993', '1e400', '"text"']
    const check = `{jsonSchema: {properties: {n: {${keyword}: ${limit}}}}}`
    return (await Promise.all(outputs.map((n) => scoreInYaml(check, `{"n": ${n}}`)))).join('')
  }
  assert.equal(await scores('minimum', '9007199254740993'), '000111')
  assert.equal(await scores('exclusiveMinimum', '9007199254740992'), '000111')
  assert.equal(await scores('maximum', '9007199254740992.0'), '111001')
  assert.equal(await scores('exclusiveMaximum', '9007199254740993'), '111001')
  assert.equal(await scores('maximum', '-5.00'), '110001')
  assert.equal(await scores('minimum', '-4.9'), '001111')
})

test('a number that JSON has no form for is refused where an output is compared with it', async () => {
  for (const check of [
    '{jsonPath: {path: $.zip, equals: 04109}}',
    '{jsonSchema: {const: 0x1F}}',
    '{jsonSchema: {enum: [.5]}}',
  ]) {
    await assert.rejects(scoreInYaml(check, '{}'), /not a JSON number; put it in quotes if it is a text/)
  }
})

test('a reason shows the value as it was written', async () => {
  const result = await runCheck({ jsonPath: { path: '$.id', equals: 1 } }, `{"id": ${account}}`)
  assert.match(result.reason, new RegExp(account))
})
