import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { answerKeys, requestKey, storedAnswer } from '../../../src/core/answers/answer-keys.ts'
import { createAnswerStore } from '../../../src/core/answers/answer-store.ts'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import type { Completion } from '../../../src/core/providers/provider.ts'
import { ask } from '../../support/providers/model-call.ts'

const completion: Completion = { output: 'hello', usage: {}, finishReason: 'stop', warnings: [] }
const labels = { model: 'p:m', stage: 'generation' as const, feature: 'f' }
const house = { text: 'house', isPublic: false }
const open = { text: 'open', isPublic: true }

function setUp() {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-keys-'))
  const database = openProjectDatabase(root)
  const store = createAnswerStore(database)
  const dispose = () => {
    database.close()
    rmSync(root, { recursive: true })
  }
  return { store, [Symbol.dispose]: dispose }
}

test('the key of a request without tools is the one that it had before there were any', () => {
  const request = ask('p:m')
  const text =
    '{"format":{"type":"text"},"messages":[{"content":"Hello","role":"user"}],"model":"p:m","parameters":{},"repeat":2}'
  assert.equal(requestKey(request, 2), createHash('sha256').update(text).digest('hex'))
  const tools = [{ name: 'lookup', parameters: {} }]
  const message = { role: 'tool' as const, callId: 'c', tool: 'lookup', content: 'late', isError: false }
  const others = [
    { ...request, tools },
    { ...request, tools, toolChoice: 'required' as const },
    { ...request, tools, messages: [...request.messages, message] },
    { ...request, tools, messages: [...request.messages, { ...message, isError: true }] },
  ]
  assert.equal(new Set([request, ...others].map((one) => requestKey(one, 2))).size, 5)
})

test('an answer is found by its own server alone', () => {
  using world = setUp()
  world.store.put(answerKeys('r', house, undefined).key, completion, labels)
  assert.equal(storedAnswer(world.store, answerKeys('r', house, undefined))?.output, 'hello')
  assert.equal(storedAnswer(world.store, answerKeys('r', { ...house, text: 'other' }, undefined)), undefined)
  assert.equal(storedAnswer(world.store, answerKeys('r', open, undefined)), undefined)
})

test('an edition has keys of its own', () => {
  const { key, shared } = answerKeys('r', house, 'night 1')
  assert.equal(shared, answerKeys('r', house, undefined).key)
  assert.equal(new Set([key, shared, answerKeys('r', house, 'night 2').key]).size, 3)
})

test('what was filed without a server is taken over once, by a public one, and by no other', () => {
  using world = setUp()
  for (const edition of [undefined, 'night 1']) {
    const old = answerKeys('r', open, edition).old ?? ''
    world.store.put(old, completion, labels)
    assert.equal(storedAnswer(world.store, answerKeys('r', house, edition)), undefined)
    assert.equal(storedAnswer(world.store, answerKeys('r', open, edition))?.output, 'hello')
    assert.equal(world.store.get(old), undefined)
    assert.equal(storedAnswer(world.store, answerKeys('r', open, edition))?.output, 'hello')
    assert.equal(storedAnswer(world.store, answerKeys('r', { ...open, text: 'another' }, edition)), undefined)
  }
  assert.equal(answerKeys('r', open, undefined).old, 'r')
})

test('the key of a request has 64 hex digits, the same whatever the order of the parameters', () => {
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
