import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKey } from '../../../src/core/answers/answer-keys.ts'
import { createPrices } from '../../../src/core/providers/prices.ts'
import type { Provider } from '../../../src/core/providers/provider.ts'
import { createReplayProvider, type ReplayOptions } from '../../../src/core/providers/replay.ts'
import type { ProjectFiles } from '../../../src/core/suite/project-files.ts'
import { SluiceError } from '../../../src/errors.ts'
import { ask, contextOf, failureOf } from '../../support/providers/model-call.ts'

const file = 'recordings/a.jsonl'

interface Replay {
  provider: Provider
  reads(): number
  answer(model: string, caseId: string, repeat?: number): ReturnType<Provider['complete']>
}

function replay(recordings: object[], options: Partial<ReplayOptions> = {}): Replay {
  let reads = 0
  const bytes = new TextEncoder().encode(recordings.map((recording) => JSON.stringify(recording)).join('\n'))
  const files: ProjectFiles = {
    async read() {
      reads += 1
      return bytes
    },
    list: async () => [file],
    describe: (path) => path,
  }
  const provider = createReplayProvider({ name: 'recorded', globs: ['recordings/*.jsonl'], files, ...options })
  return {
    provider,
    reads: () => reads,
    answer(model, caseId, repeat = 1) {
      const request = ask(`recorded:${model}`)
      return provider.complete(request, contextOf(request, { caseId, repeat }))
    },
  }
}

test('answers by case, model and repeat; without a repeat it is the first', async () => {
  const { answer, provider, reads } = replay([
    { case: 'c1', model: 'old', output: 'one', inputTokens: 10, outputTokens: 5, latencyMs: 70, costUsd: 0.5 },
    { case: 'c1', model: 'old', repeat: 2, output: 'two' },
    { case: 'c1', model: 'new', output: 'three' },
    { case: 'c2', model: 'old', output: '' },
  ])
  assert.equal(reads(), 0)
  assert.deepEqual(await answer('old', 'c1'), {
    output: 'one',
    usage: { inputTokens: 10, outputTokens: 5 },
    latencyMs: 70,
    costUsd: 0.5,
    finishReason: 'stop',
    warnings: [],
  })
  assert.equal((await answer('old', 'c1', 2)).output, 'two')
  assert.equal((await answer('new', 'c1')).output, 'three')
  assert.equal((await answer('old', 'c2')).output, '')
  assert.equal(provider.live, false)
  assert.equal(reads(), 1)
})

test('what a recording does not say is unknown, not 0', async () => {
  const { answer } = replay([{ case: 'c1', model: 'old', output: 'x' }])
  const { usage, latencyMs, costUsd } = await answer('old', 'c1')
  assert.deepEqual({ usage, latencyMs, costUsd }, { usage: {}, latencyMs: undefined, costUsd: undefined })
})

test('an answer that was cut off or refused is recorded as one', async () => {
  const said = { case: 'case-1', model: 'm', output: 'Half' }
  const { answer } = replay([said, { ...said, repeat: 2, finishReason: 'filter' }])
  assert.deepEqual(
    [(await answer('m', 'case-1')).finishReason, (await answer('m', 'case-1', 2)).finishReason],
    ['stop', 'filter'],
  )
})

test('a cost that was not recorded follows from tokens, where the price is known', async () => {
  const recordings = [{ case: 'c1', model: 'm', output: 'x', inputTokens: 1e6, outputTokens: 0 }]
  const prices = createPrices({ 'recorded:*': { input: 3, output: 1 } })
  assert.equal((await replay(recordings, { prices }).answer('m', 'c1')).costUsd, 3)
})

test('what is not recorded is an error that names file, model, case and repeat', async () => {
  const { answer } = replay([{ case: 'c1', model: 'old', output: 'one' }])
  const error = await failureOf(answer('old', 'c1', 2))
  assert.deepEqual([error.kind, error.retryable, error.exitCode], ['not-recorded', false, 4])
  assert.equal(
    error.message,
    'recorded: recordings/*.jsonl: no recording of model "old", case "c1", repeat 2; 1 other repeat is recorded',
  )
  assert.match((await failureOf(answer('old', 'c9'))).message, /case "c9", repeat 1$/)
  assert.equal((await failureOf(answer('other', 'c1'))).kind, 'not-recorded')
})

test('a recording of one exact request answers that request only', async () => {
  const request = ask('recorded:judge', 'Is it good?')
  const key = requestKey(request, 1)
  const { provider, answer } = replay([{ case: 'c1', request: key, model: 'judge', output: 'yes' }])
  assert.equal((await provider.complete(request, contextOf(request, { caseId: 'c1' }))).output, 'yes')
  const error = await failureOf(answer('judge', 'c1'))
  assert.equal(error.kind, 'not-recorded')
  assert.match(
    error.message,
    /^these recordings \(recordings\/\*\.jsonl\) answer the original prompt, .*\n\(recordings\/a\.jsonl:1 has .* model "judge", case "c1"/,
  )
  assert.ok(error.message.includes(requestKey(ask('recorded:judge'), 1)), error.message)
})

test('several answers of one case, each for its request', async () => {
  const requests = ['old answer', 'new answer'].map((content) => ask('recorded:judge', content))
  const { provider } = replay(
    requests.map((request) => ({
      case: 'c1',
      request: requestKey(request, 1),
      model: 'judge',
      output: request.messages[0]?.content,
    })),
  )
  for (const request of requests) {
    const { output } = await provider.complete(request, contextOf(request, { caseId: 'c1' }))
    assert.equal(output, request.messages[0]?.content)
  }
})

test('a recorded error is raised again, once', async () => {
  const { answer } = replay([{ case: 'c1', model: 'old', error: 'context too long' }])
  const error = await failureOf(answer('old', 'c1'))
  assert.equal(error.retryable, false)
  assert.equal(error.message, 'recordings/a.jsonl:1: recorded error: context too long')
})

test('recorded repeats count from 1 without a gap', async () => {
  const repeats = (caseId: string, list: number[]) =>
    list.map((repeat) => ({ case: caseId, model: 'm', repeat, output: `${repeat}` }))
  const { provider } = replay([...repeats('all', [2, 1, 3]), ...repeats('gap', [1, 3]), ...repeats('late', [2])])
  const count = (caseId: string, model = 'm') => provider.recordedRepeats?.(caseId, model)
  assert.deepEqual(await Promise.all(['all', 'gap', 'late', 'none'].map((id) => count(id))), [3, 1, 0, 0])
  assert.equal(await count('all', 'other'), 0)
})

test('the same answer recorded twice is a fault of the files, at both places', async () => {
  const twice = { case: 'c1', model: 'old', output: 'x' }
  await assert.rejects(replay([twice, { ...twice, repeat: 1 }]).answer('old', 'c1'), (error: unknown) => {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.exitCode, 3)
    assert.match(error.message, /^recordings\/a\.jsonl:2: .* already at recordings\/a\.jsonl:1/)
    return true
  })
})

test('a recording of the answer alone says nothing of calls of tools, where the model had some', async () => {
  const { provider } = replay([
    { case: 'a', model: 'm', output: 'one' },
    { case: 'b', model: 'm', output: 'two', toolCalls: [] },
  ])
  const request = ask('recorded:m', 'Hello', { tools: [{ name: 'lookup', parameters: {} }] })
  const traceOf = async (caseId: string) => (await provider.complete(request, contextOf(request, { caseId }))).trace
  assert.match((await traceOf('a'))?.unread ?? '', /the answer alone; add its "messages" or "toolCalls"/)
  assert.deepEqual(await traceOf('b'), { trajectory: { messages: [] } })
})
