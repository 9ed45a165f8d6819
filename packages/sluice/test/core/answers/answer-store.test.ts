import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createAnswerStore } from '../../../src/core/answers/answer-store.ts'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import type { Completion } from '../../../src/core/providers/provider.ts'

const completion: Completion = {
  output: 'hello',
  usage: { inputTokens: 3 },
  latencyMs: 12,
  finishReason: 'stop',
  warnings: [],
}
const labels = { model: 'a:b', stage: 'generation', feature: 'f' } as const

function temporaryFolder() {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

test('an answer is found again by its key, also by another process, and an unknown price stays unknown', () => {
  using folder = temporaryFolder()
  const first = openProjectDatabase(folder.root)
  createAnswerStore(first, { now: () => 1000 }).put('k1', completion, labels)
  const second = openProjectDatabase(folder.root)
  const found = createAnswerStore(second).get('k1')
  assert.deepEqual(found, { ...completion, storedAt: 1000 })
  assert.equal(found && 'costUsd' in found, false)
  assert.equal(createAnswerStore(second).get('k2'), undefined)
  first.close()
  second.close()
})

test('an answer comes back from the store as it was, with every field', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  const store = createAnswerStore(database, { now: () => 1000 })
  const call = { id: 'c1', name: 'search', arguments: { q: 'x' }, result: 'y', error: null, durationMs: 3 }
  const whole: Required<Completion> = {
    output: 'hello',
    usage: { inputTokens: 3, cachedInputTokens: 1, cacheWriteTokens: 2, outputTokens: 4, reasoningTokens: 5 },
    latencyMs: 12,
    costUsd: 0.5,
    servedModel: 'b-1',
    host: 'h',
    fingerprint: 'f',
    finishReason: 'steps',
    ended: 'max_steps',
    refusal: 'no',
    warnings: ['slow'],
    step: [{ type: 'call', id: 'c1', name: 'search', input: '{}', attached: { a: { signature: 's' } } }],
    trace: {
      trajectory: { messages: [{ role: 'assistant', text: null, calls: [call] }] },
      retrieved: [{ id: 'd1', text: null }],
      endState: { done: true },
      unread: 'steps: no list',
    },
    storedAt: 1000,
  }
  store.put('k', whole, labels)
  assert.deepEqual(store.get('k'), whole)
  for (const finishReason of ['stop', 'length', 'filter', 'tools', 'steps', 'other'] as const) {
    store.put(finishReason, { ...completion, finishReason }, labels)
    assert.equal(store.get(finishReason)?.finishReason, finishReason)
  }
  database.close()
})

test('a stored answer that is no completion is asked for again', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  const store = createAnswerStore(database)
  store.put('k', completion, labels)
  database.exec(`UPDATE answers SET completion = '{"output": 7}'`)
  assert.equal(store.get('k'), undefined)
  database.close()
})

test('only answers older than the given time are pruned', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  let now = 1000
  const store = createAnswerStore(database, { now: () => now })
  store.put('old', completion, labels)
  now = 2000
  store.put('new', completion, labels)
  assert.equal(store.prune(1500), 1)
  assert.equal(store.get('old'), undefined)
  assert.deepEqual(store.get('new'), { ...completion, storedAt: 2000 })
  database.close()
})
