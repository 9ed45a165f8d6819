import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createAnswerStore } from '../../../src/core/answers/answer-store.ts'
import { createAskFor, createDirectAsk, type Question } from '../../../src/core/answers/ask.ts'
import { vectorIn } from '../../../src/core/answers/embeddings.ts'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import type { CallContext, Completion, ModelRequest, Provider } from '../../../src/core/providers/provider.ts'

const request: ModelRequest = {
  model: 'p:m',
  messages: [{ role: 'user', content: 'hi' }],
  parameters: {},
  format: { type: 'text' },
}
const completion: Completion = { output: 'hello', usage: {}, latencyMs: 1, finishReason: 'stop', warnings: [] }

/** Asks a provider that counts its calls, over a real store. */
function setUp({ live = true } = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-answers-'))
  const database = openProjectDatabase(root)
  const stop = new AbortController()
  let calls = 0
  const booked: string[] = []
  const provider: Provider = {
    name: 'p',
    live,
    complete: async () => {
      calls += 1
      await Promise.resolve()
      return completion
    },
  }
  const client = {
    complete: provider.complete,
    embed: async () => {
      throw new Error('no embeddings here')
    },
    answered: () => {},
  }
  const askFor = createAskFor({
    store: createAnswerStore(database),
    client,
    providers: { get: async () => provider },
    stop: stop.signal,
    abort: new AbortController().signal,
  })
  const ask = askFor({
    stage: 'generation',
    feature: 'f',
    book: (_: Completion, source: string) => void booked.push(source),
  })
  const context = (repeat = 1): Question => ({ caseId: 'c', repeat })
  return {
    ask,
    context,
    stop,
    booked,
    calls: () => calls,
    [Symbol.dispose]() {
      database.close()
      rmSync(root, { recursive: true })
    },
  }
}

test('an answer is paid for once per repeat', async () => {
  using world = setUp()
  await world.ask(request, world.context())
  await world.ask(request, world.context())
  await world.ask(request, world.context(2))
  assert.equal(world.calls(), 2)
  assert.deepEqual(world.booked, ['provider', 'cache', 'provider'])
})

test('equal requests under way at the same time share one call', async () => {
  using world = setUp()
  const answers = await Promise.all([1, 2, 3].map(() => world.ask(request, world.context())))
  assert.equal(world.calls(), 1)
  assert.deepEqual(answers, [completion, completion, completion])
})

test('recordings are never kept, so that an edited one counts at once', async () => {
  using world = setUp({ live: false })
  await world.ask(request, world.context())
  await world.ask(request, world.context())
  assert.equal(world.calls(), 2)
  assert.deepEqual(world.booked, ['recording', 'recording'])
})

test('an answer of no use is paid for and booked, but not kept', async () => {
  using world = setUp()
  const unusable = () => {
    throw new Error('not as asked')
  }
  await assert.rejects(world.ask(request, { ...world.context(), verify: unusable }), /not as asked/)
  await world.ask(request, world.context())
  assert.equal(world.calls(), 2)
  assert.deepEqual(world.booked, ['provider', 'provider'])
})

test('once stopped nothing new is asked for, but what is kept still answers', async () => {
  using world = setUp()
  await world.ask(request, world.context())
  world.stop.abort()
  assert.equal((await world.ask(request, world.context())).output, completion.output)
  await assert.rejects(world.ask(request, world.context(2)), { code: 'interrupted' })
  assert.equal(world.calls(), 1)
})

test('what is no answer is handed on and paid for, but neither kept nor taken from what was kept', async () => {
  using world = setUp()
  const never = { ...world.context(), accepts: () => false }
  assert.equal((await world.ask(request, never)).output, 'hello')
  await world.ask(request, never)
  assert.equal(world.calls(), 2)
  await world.ask(request, world.context())
  assert.equal(world.calls(), 3)
  await world.ask(request, never)
  assert.equal(world.calls(), 4)
  assert.deepEqual(world.booked, ['provider', 'provider', 'provider', 'provider'])
})

test('an embedding is kept, and one without a direction is asked for again', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-embeddings-'))
  const database = openProjectDatabase(root)
  const vectors = [[], [0, 0], [0.5, -1]]
  let calls = 0
  const provider: Provider = { name: 'p', live: true, complete: async () => completion }
  const client = {
    complete: provider.complete,
    embed: async () => ({ vectors: [vectors[calls++] ?? [9]] }),
    answered: () => {},
  }
  const booked: string[] = []
  const { signal } = new AbortController()
  const store = createAnswerStore(database)
  const askFor = createAskFor({ store, client, providers: { get: async () => provider }, stop: signal, abort: signal })
  const ask = askFor({
    stage: 'embedding',
    feature: 'f',
    book: (_, source, model) => booked.push(`${source} ${model}`),
  })
  const isOne = (given: Completion) => vectorIn(given)?.some((value) => value !== 0) ?? false
  for (const [index, expected] of [...vectors, [0.5, -1]].entries()) {
    const given = await ask({ model: 'p:m', embed: 'text' }, { caseId: 'c', repeat: 1 + index, accepts: isOne })
    assert.deepEqual(vectorIn(given), expected)
  }
  assert.deepEqual(booked, ['provider p:m', 'provider p:m', 'provider p:m', 'cache p:m'])
  assert.equal(calls, 3)
  database.close()
  rmSync(root, { recursive: true })
})

test('asked directly, each question is a call of its own, and none is kept', async () => {
  const keys: unknown[] = []
  const client = {
    complete: async (_: ModelRequest, { key }: CallContext) => {
      keys.push(key)
      return completion
    },
  }
  const ask = createDirectAsk(client, new AbortController().signal)
  for (const repeat of [1, 1, 2]) await ask(request, { caseId: 'c', repeat })
  assert.equal(keys.length, 3)
  assert.equal(new Set(keys).size, 2)
})
