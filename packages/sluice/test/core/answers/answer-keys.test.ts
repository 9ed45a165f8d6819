import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { answerKeys, storedAnswer } from '../../../src/core/answers/answer-keys.ts'
import { createAnswerStore } from '../../../src/core/answers/answer-store.ts'
import { openProjectDatabase } from '../../../src/core/answers/database.ts'
import type { Completion } from '../../../src/core/providers/provider.ts'

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
