import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKey } from '../../../src/core/answers/request-key.ts'
import { ask } from '../../support/providers/model-call.ts'

test('64 hex, the same whatever the order of the parameters', () => {
  const key = requestKey(ask('a:m', 'x', { parameters: { maxTokens: 1, temperature: 0 } }), 1)
  assert.match(key, /^[0-9a-f]{64}$/)
  assert.equal(key, requestKey(ask('a:m', 'x', { parameters: { temperature: 0, maxTokens: 1 } }), 1))
})

test('everything that changes an answer changes the key', () => {
  const keys = [
    requestKey(ask('a:m', 'x'), 1),
    requestKey(ask('a:m', 'x'), 2),
    requestKey(ask('a:n', 'x'), 1),
    requestKey(ask('a:m', 'y'), 1),
    requestKey(ask('a:m', 'x', { parameters: { temperature: 0 } }), 1),
    requestKey(ask('a:m', 'x', { format: { type: 'json_object' } }), 1),
    requestKey(ask('a:m', 'x', { messages: [{ role: 'system', content: 'x' }] }), 1),
  ]
  assert.equal(new Set(keys).size, keys.length)
})

test('a nonce is left out wherever it stands in the messages', () => {
  const fenced = (nonce: string) => requestKey(ask('a:m', `<${nonce}> text </${nonce}>`, { nonce }), 1)
  assert.equal(fenced('f00'), fenced('ba5'))
  assert.notEqual(fenced('f00'), requestKey(ask('a:m', '<f00> text </f00>'), 1))
})
