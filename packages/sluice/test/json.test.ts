import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, jsonIn, setOwn } from '../src/json.ts'

test('a text is read as JSON where it is JSON, and null is a value', () => {
  assert.deepEqual(jsonIn('{"a": [1, null]}'), { a: [1, null] })
  assert.equal(jsonIn('null'), null)
  for (const text of ['', ' ', '{"a"', 'undefined', '['.repeat(100)]) assert.equal(jsonIn(text), undefined, text)
})

test('neither a list nor null is an object', () => {
  assert.deepEqual([{}, { a: 1 }, [], null, 'text', undefined].map(isObject), [true, true, false, false, false, false])
})

test('a property may have any name, and changes nothing but the object', () => {
  const data: Record<string, unknown> = {}
  setOwn(data, '__proto__', { polluted: true })
  assert.deepEqual(
    [Object.keys(data), Object.getPrototypeOf(data), data.polluted],
    [['__proto__'], Object.prototype, undefined],
  )
})
