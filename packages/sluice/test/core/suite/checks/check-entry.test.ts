import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import type { CheckSpec } from '../../../../src/core/suite/checks/check-spec.ts'

const base = { negate: false, weight: 1, must: false, caseSensitive: false }

test('every type takes its value and gets the defaults', () => {
  const schema = { type: 'object', required: ['a'] }
  const entries: [Record<string, unknown>, Pick<CheckSpec, 'type' | 'value' | 'name'>][] = [
    [{ equals: 'a' }, { type: 'equals', value: 'a', name: 'equals "a"' }],
    [{ contains: 'a' }, { type: 'contains', value: 'a', name: 'contains "a"' }],
    [{ containsAll: ['a', 'b'] }, { type: 'containsAll', value: ['a', 'b'], name: 'containsAll ["a","b"]' }],
    [{ containsAny: ['a'] }, { type: 'containsAny', value: ['a'], name: 'containsAny ["a"]' }],
    [{ startsWith: 'a' }, { type: 'startsWith', value: 'a', name: 'startsWith "a"' }],
    [{ endsWith: 'a' }, { type: 'endsWith', value: 'a', name: 'endsWith "a"' }],
    [{ matches: '^a' }, { type: 'matches', value: '^a', name: 'matches "^a"' }],
    [{ json: true }, { type: 'json', value: true, name: 'json true' }],
    [
      { jsonSchema: schema },
      { type: 'jsonSchema', value: schema, name: 'jsonSchema {"type":"object","required":["a"]}' },
    ],
    [
      { jsonPath: { path: '$.a', equals: null } },
      { type: 'jsonPath', value: { path: '$.a', equals: null }, name: 'jsonPath {"path":"$.a","equals":null}' },
    ],
    [{ minWords: 1 }, { type: 'minWords', value: 1, name: 'minWords 1' }],
    [{ maxWords: 180 }, { type: 'maxWords', value: 180, name: 'maxWords 180' }],
    [{ maxChars: 9 }, { type: 'maxChars', value: 9, name: 'maxChars 9' }],
    [
      { similarity: { to: 'a' } },
      {
        type: 'similarity',
        value: { to: 'a', metric: 'rouge-l', min: 0.8 },
        name: 'similarity {"to":"a","metric":"rouge-l","min":0.8}',
      },
    ],
    [{ latencyMs: 900 }, { type: 'latencyMs', value: 900, name: 'latencyMs 900' }],
    [{ costUsd: 0.01 }, { type: 'costUsd', value: 0.01, name: 'costUsd 0.01' }],
    [{ equalsAny: ['a', 'b'] }, { type: 'equalsAny', value: ['a', 'b'], name: 'equalsAny ["a","b"]' }],
    [{ containsJson: true }, { type: 'containsJson', value: true, name: 'containsJson true' }],
    [
      { containsJson: { type: 'array' } },
      { type: 'containsJson', value: { type: 'array' }, name: 'containsJson {"type":"array"}' },
    ],
    [{ xml: true }, { type: 'xml', value: true, name: 'xml true' }],
    [
      { containsXml: { elements: ['a.b'] } },
      { type: 'containsXml', value: { elements: ['a.b'] }, name: 'containsXml {"elements":["a.b"]}' },
    ],
    [{ html: true }, { type: 'html', value: true, name: 'html true' }],
    [{ containsHtml: true }, { type: 'containsHtml', value: true, name: 'containsHtml true' }],
    [{ sql: 'sqlite' }, { type: 'sql', value: { dialect: 'sqlite' }, name: 'sql {"dialect":"sqlite"}' }],
    [
      { containsSql: { dialect: 'mysql', tables: ['a'] } },
      {
        type: 'containsSql',
        value: { dialect: 'mysql', tables: ['a'] },
        name: 'containsSql {"dialect":"mysql","tables":["a"]}',
      },
    ],
    [{ refusal: true }, { type: 'refusal', value: true, name: 'refusal true' }],
    [
      { expression: 'size(output) > 3' },
      { type: 'expression', value: 'size(output) > 3', name: 'expression "size(output) > 3"' },
    ],
    [
      { command: 'python3 "my checks/a.py" -u' },
      {
        type: 'command',
        value: ['python3', 'my checks/a.py', '-u'],
        name: 'command ["python3","my checks/a.py","-u"]',
      },
    ],
    [{ module: './a.ts' }, { type: 'module', value: './a.ts', name: 'module "./a.ts"' }],
    [{ toolCalled: 'a' }, { type: 'toolCalled', value: { name: 'a' }, name: 'toolCalled {"name":"a"}' }],
    [
      { toolCalled: { name: 'a', args: { b: 1 }, max: 1 } },
      {
        type: 'toolCalled',
        value: { name: 'a', args: { b: 1 }, max: 1 },
        name: 'toolCalled {"name":"a","args":{"b":1},"max":1}',
      },
    ],
    [{ noToolCalled: true }, { type: 'noToolCalled', value: true, name: 'noToolCalled true' }],
    [
      { toolOrder: { steps: ['a', { name: 'b', args: {} }, ['c', { name: 'd' }]] } },
      {
        type: 'toolOrder',
        value: { steps: [[{ name: 'a' }], [{ name: 'b', args: {} }], [{ name: 'c' }, { name: 'd' }]] },
        name: 'toolOrder {"steps":["a",{"name":"b","args":{}},["c","d"]]}',
      },
    ],
    [{ onlyTools: ['a'] }, { type: 'onlyTools', value: ['a'], name: 'onlyTools ["a"]' }],
    [{ maxSteps: 3 }, { type: 'maxSteps', value: 3, name: 'maxSteps 3' }],
    [{ noToolErrors: true }, { type: 'noToolErrors', value: true, name: 'noToolErrors true' }],
    [
      { state: { path: '$.a', exists: true } },
      { type: 'state', value: { path: '$.a', exists: true }, name: 'state {"path":"$.a","exists":true}' },
    ],
    [
      { oneOf: [[{ toolCalled: 'a' }], [{ maxSteps: 3 }]] },
      {
        type: 'oneOf',
        value: [[checkSchema.parse({ toolCalled: 'a' })], [checkSchema.parse({ maxSteps: 3 })]],
        name: 'oneOf toolCalled {"name":"a"} | maxSteps 3',
      },
    ],
  ]
  for (const [entry, expected] of entries) assert.deepEqual(checkSchema.parse(entry), { ...base, ...expected })
})

test('checks of what the output says have negations, the others have none', () => {
  for (const type of ['equals', 'contains', 'startsWith', 'endsWith', 'matches']) {
    const key = `not${type[0]?.toUpperCase()}${type.slice(1)}`
    assert.deepEqual(checkSchema.parse({ [key]: 'a' }), { ...base, type, value: 'a', negate: true, name: `${key} "a"` })
  }
  for (const type of ['containsAll', 'containsAny']) {
    const { negate, value } = checkSchema.parse({ [`not${type[0]?.toUpperCase()}${type.slice(1)}`]: ['a'] })
    assert.deepEqual([negate, value], [true, ['a']])
  }
  for (const key of [
    'notJson',
    'notContainsJson',
    'notXml',
    'notContainsXml',
    'notHtml',
    'notContainsHtml',
    'notRefusal',
  ])
    assert.equal(checkSchema.parse({ [key]: true }).negate, true, key)
  assert.deepEqual(checkSchema.parse({ notSql: 'mysql' }).value, { dialect: 'mysql' })
  assert.deepEqual(checkSchema.parse({ notSimilarity: { to: 'a' } }).value, { to: 'a', metric: 'rouge-l', min: 0.8 })
  assert.equal(checkSchema.parse({ notEqualsAny: ['a'] }).negate, true)
  assert.equal(checkSchema.parse({ notJsonSchema: {} }).negate, true)
  for (const [key, value] of Object.entries({
    notMaxWords: 3,
    notModule: 'a',
    notExpression: 'true',
    notCommand: 'a',
    notLatencyMs: 1,
    notToolCalled: 'a',
    notState: { path: '$.a', exists: true },
  })) {
    assert.equal(checkSchema.safeParse({ [key]: value }).success, false, key)
  }
})

test('weight, must, name and caseSensitive are kept; a long default name is cut', () => {
  const options = { weight: 2, must: true, name: 'polite', caseSensitive: true }
  assert.deepEqual(checkSchema.parse({ contains: 'please', ...options }), {
    type: 'contains',
    value: 'please',
    negate: false,
    ...options,
  })
  const { name } = checkSchema.parse({ contains: 'x'.repeat(500) })
  assert.ok(name.length < 80 && name.endsWith('…'))
})

test('values out of range are refused', () => {
  const wrong = [
    { equals: '' },
    { containsAll: [] },
    { containsAny: [''] },
    { notContains: 'as an AI\n' },
    { notContainsAny: ['a', 'b\n'] },
    { startsWith: 'Dear\n' },
    { json: false },
    { toolCalled: 'a ' },
    { toolCalled: { name: '{{tool}}' } },
    { toolCalled: { name: 'a', min: 2, max: 1 } },
    { toolCalled: { name: 'a', mode: 'exact' } },
    { toolCalled: { name: 'a', ignore: ['b'] } },
    { toolCalled: { name: 'a', args: [1] } },
    { noToolCalled: [] },
    { noToolCalled: false },
    { toolOrder: { steps: [] } },
    { toolOrder: { steps: [[]] } },
    { toolOrder: { steps: ['a'], mode: 'strict' } },
    { toolOrder: ['a'] },
    { onlyTools: [] },
    { maxSteps: 0 },
    { noToolErrors: false },
    { state: { path: '$.a' } },
    { oneOf: [[{ contains: 'a' }]] },
    { oneOf: [[{ contains: 'a' }], []] },
    { oneOf: [[{ contains: 'a' }], [{ contains: 'b', weight: 0 }]] },
    { oneOf: [[{ contains: 'a' }], [{ oneOf: [[{ contains: 'a' }], [{ contains: 'b' }]] }]] },
    { jsonPath: { path: '$.a' } },
    { jsonPath: { path: '$.a', equals: 1, exists: true } },
    { jsonPath: { path: 'a.b', exists: true } },
    { matches: '[' },
    { minWords: -1 },
    { maxWords: 1.5 },
    { similarity: { to: 'a', min: 1.1 } },
    { similarity: { to: 'a', metric: 'cosine' } },
    { similarity: { to: [] } },
    { similarity: { to: 'a', maxDistance: 3 } },
    { similarity: { to: 'a', metric: 'levenshtein', maxDistance: 3, min: 0.5 } },
    { similarity: { to: 'a', metric: 'levenshtein', maxDistance: 1.5 } },
    { equalsAny: [] },
    { containsJson: false },
    { xml: { elements: [] } },
    { xml: { elements: ['a..b'] } },
    { xml: { elements: ['<a>'] } },
    { html: false },
    { sql: true },
    { sql: 'oracle' },
    { sql: { tables: ['a'] } },
    { sql: { dialect: 'mysql', tables: ['select::(::a'] } },
    { refusal: false },
    { expression: 'output ==' },
    { command: [] },
    { command: '' },
    { latencyMs: 0 },
    { costUsd: -1 },
    { contains: 'a', weight: -1 },
    { contains: 'a', must: 'yes' },
    { contains: 'a', maxWords: 3 },
    {},
  ]
  for (const entry of wrong) assert.equal(checkSchema.safeParse(entry).success, false, JSON.stringify(entry))
})

test('a pattern is checked around its variables', () => {
  assert.equal(checkSchema.safeParse({ matches: '^({{name}})$' }).success, true)
  assert.equal(checkSchema.safeParse({ matches: '^({{name}}' }).success, false)
  assert.equal(checkSchema.safeParse({ matches: '\\A{{name}}' }).success, false)
})

test('the list of checks says up to which of them a check has an opposite', () => {
  const said = checkSchema.safeParse({}).error?.issues[0]?.message ?? ''
  const [, listed = '', last = ''] = /give one of (.*), oneOf; those up to (\w+) also/.exec(said) ?? []
  const names = listed.split(', ')
  const hasOpposite = (name: string) => {
    const { error } = checkSchema.safeParse({ [`not${name[0]?.toUpperCase()}${name.slice(1)}`]: null })
    return error?.issues.every(({ code }) => code !== 'unrecognized_keys') ?? true
  }
  assert.ok(names.length > 20, said)
  assert.deepEqual(names.filter(hasOpposite), names.slice(0, names.indexOf(last) + 1))
})
