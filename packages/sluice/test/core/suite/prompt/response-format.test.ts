import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const withKeys = (keys: string) => good({ [file]: `${goodPrompt}${keys}\n` })
const formatOf = async (keys: string) => (await load(withKeys(keys))).prompts[0]?.format
const person = { type: 'object', properties: { name: { type: 'string' } } }

test('the schema may be a map or JSON text, bare or in an envelope with its name', async () => {
  const envelope = { name: 'person', strict: true, schema: person }
  const named = { type: 'json_schema', name: 'person', schema: person }
  const bare = { type: 'json_schema', name: 'summary', schema: person }
  for (const [schema, expected] of [
    [JSON.stringify(envelope), named],
    [`'${JSON.stringify(envelope)}'`, named],
    [JSON.stringify(person), bare],
    [`'${JSON.stringify(person)}'`, bare],
  ] as const) {
    assert.deepEqual(await formatOf(`responseFormat: json_schema\njsonSchema: ${schema}`), expected)
  }
})

test('a schema with a property called schema is no envelope', async () => {
  const schema = { type: 'object', properties: { schema: { type: 'string' } }, schema: { a: 1 } }
  const format = await formatOf(`responseFormat: json_schema\njsonSchema: ${JSON.stringify(schema)}`)
  assert.deepEqual(format, { type: 'json_schema', name: 'summary', schema })
})

test('a schema that is missing, broken or without effect is reported', async () => {
  assert.deepEqual(await faultsOf(withKeys('responseFormat: json_schema')), [
    `${file}:12:17: responseFormat: json_schema needs the schema; add "jsonSchema"`,
  ])
  assert.match(
    (await faultsOf(withKeys("responseFormat: json_schema\njsonSchema: '{'")))[0] ?? '',
    /:13:13: jsonSchema: is not JSON/,
  )
  assert.deepEqual(await faultsOf(withKeys("responseFormat: json_schema\njsonSchema: '[]'")), [
    `${file}:13:13: jsonSchema: must hold a JSON object`,
  ])
  assert.deepEqual(await faultsOf(withKeys('jsonSchema: {type: object}')), [
    `warning ${file}:12:13: jsonSchema: has no effect without "responseFormat: json_schema"`,
  ])
  assert.match(
    (await faultsOf(withKeys('responseFormat: json_schema\njsonSchema: {const: 04109}')))[0] ?? '',
    /:13:21: jsonSchema.const: 04109 is not a JSON number/,
  )
  assert.deepEqual(await faultsOf(withKeys('responseFormat: jsno_object')), [
    `${file}:12:17: responseFormat: expected one of text, json_object, json_schema, found "jsno_object"; did you mean "json_object"?`,
  ])
})
