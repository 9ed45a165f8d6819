import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { testPlane } from '../support/control-plane/control-plane.ts'
import { assertAsRecorded, differencesOf, withoutProse, withoutRepeats } from './recorded.ts'

test('the HTTP contract is what was recorded, but for its prose', async () => {
  await using plane = await testPlane()
  const { body } = await plane.ask('GET /openapi.json')
  assertAsRecorded('openapi.json', withoutRepeats(withoutProse(body)))
})

const schemas = path.join(import.meta.dirname, '../../schemas')
const kinds = globSync('*.schema.json', { cwd: schemas }).map((file) => path.basename(file, '.schema.json'))

test('the same file formats are shipped as before', () => {
  assert.ok(kinds.length > 10, `only ${kinds.length} formats were found`)
  assertAsRecorded('formats.json', kinds.sort())
})

for (const kind of kinds) {
  test(`the format of ${kind} files is what was recorded, but for its prose`, () => {
    const schema: unknown = JSON.parse(readFileSync(path.join(schemas, `${kind}.schema.json`), 'utf8'))
    assertAsRecorded(`format-of-${kind}.json`, withoutProse(schema))
  })
}

test('a change of a contract is seen, and a new wording is none', () => {
  const before = { description: 'old', properties: { summary: { type: 'string' }, n: { enum: [1, 2] } } }
  assert.deepEqual(differencesOf(withoutProse(before), withoutProse({ ...before, description: 'new' })), [])
  const after = { properties: { n: { enum: [1, null] } } }
  assert.deepEqual(differencesOf(withoutProse(before), after), [
    '- /properties/summary/type: "string"',
    '- /properties/n/enum/1: 2',
    '+ /properties/n/enum/1: null',
  ])
  assert.deepEqual(differencesOf({ required: ['a', 'b'] }, { required: ['b', 'a'] }), [])
  assert.deepEqual(differencesOf({ required: ['a', 'b'] }, { required: ['b'] }).length, 3)
})

test('a change of a part that stands in several places is seen at each', () => {
  const part = (pattern: string) => ({
    type: 'object',
    properties: { id: { type: 'string', pattern: pattern.repeat(50) } },
  })
  const [before, after] = [
    { a: part('x'), b: [part('x')], c: part('x') },
    { a: part('x'), b: [part('y')], c: part('x') },
  ]
  assert.deepEqual(withoutRepeats(before), { a: part('x'), b: [{ sameAs: '/a' }], c: { sameAs: '/a' } })
  assert.match(
    differencesOf(withoutRepeats(before), withoutRepeats(after)).join(),
    /- \/b\/0\/sameAs.*\+ \/b\/0\/properties/,
  )
  assert.notDeepEqual(withoutRepeats(before), withoutRepeats({ ...before, a: part('y') }))
})
