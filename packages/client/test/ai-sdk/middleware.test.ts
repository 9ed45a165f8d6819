import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateText, streamText, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import { type SluiceMiddlewareOptions, sluiceMiddleware } from '../../src/ai-sdk.ts'
import { type RequestOutcome, SluiceClient, systemClock } from '../../src/index.ts'
import { fakePlane } from '../support/fake-plane.ts'
import { featureWith, snapshot, version } from '../support/snapshots.ts'

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
}
const stop = { unified: 'stop' as const, raw: 'end_turn' }
const canary = { ...version('b'), parameters: { maxTokens: 77, temperature: 0.3, stop: ['END'] } }
const everything = featureWith(
  { ppm: 1_000_000 },
  { versions: { a: version('a'), b: canary }, capture: { incumbent: 1_000_000, canary: 1_000_000 } },
)

/** Calls `work` with a middleware and returns what was reported. */
async function reported(
  options: Partial<SluiceMiddlewareOptions>,
  work: (middleware: ReturnType<typeof sluiceMiddleware>) => Promise<void>,
  clock = systemClock,
): Promise<RequestOutcome[]> {
  const plane = fakePlane(snapshot(1, everything))
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch, clock })
  await sluice.ready()
  await work(sluiceMiddleware(sluice, { feature: 'mail', ...options }))
  await sluice.close()
  return plane.batches.flat() as RequestOutcome[]
}

const answering = (text: string, finishReason: { unified: 'stop' | 'content-filter'; raw: string } = stop) =>
  new MockLanguageModelV4({
    doGenerate: async () => ({
      content: [{ type: 'text', text }],
      finishReason,
      usage,
      warnings: [],
      response: { modelId: 'served-2026' },
    }),
  })

test('a call is routed, gets the parameters of its version, and is priced and recorded', async () => {
  const mock = answering('Hello')
  const price: SluiceMiddlewareOptions['price'] = (model, { inputTokens, outputTokens }) =>
    model === 'local:model' ? (inputTokens + outputTokens) / 1000 : undefined
  const [outcome, ...more] = await reported({ price }, async (middleware) => {
    const { text } = await generateText({
      model: wrapLanguageModel({ model: mock, middleware }),
      prompt: 'Hi',
      temperature: 1,
      providerOptions: { sluice: { unit: 'ann' } },
    })
    assert.equal(text, 'Hello')
  })
  const { maxOutputTokens, temperature, stopSequences } = mock.doGenerateCalls[0] ?? {}
  assert.deepEqual([maxOutputTokens, temperature, stopSequences], [77, 0.3, ['END']])
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(outcome, {
    ...{ feature: 'mail', version: 'b', arm: 'canary', unit: 'ann', output: 'Hello' },
    ...{ inputTokens: 10, outputTokens: 5, costUsd: 0.015, servedModel: 'served-2026' },
  })
  assert.ok(outcome && Number(outcome.latencyMs) >= 0 && !('error' in outcome))
})

test('the version may name another model and render its own messages', async () => {
  const [wrapped, named] = [answering('wrapped'), answering('named')]
  const models = (id: string) => (id === 'local:model' ? named : undefined)
  await reported({ models, unit: () => 'ann' }, async (middleware) => {
    const model = wrapLanguageModel({ model: wrapped, middleware })
    const vars = { email: 'Dear {{email}}' }
    const { text } = await generateText({ model, prompt: 'unused', providerOptions: { sluice: { vars } } })
    assert.equal(text, 'named')
  })
  assert.equal(wrapped.doGenerateCalls.length, 0)
  assert.deepEqual(named.doGenerateCalls[0]?.prompt, [
    { role: 'user', content: [{ type: 'text', text: 'b: Dear {{email}}' }] },
  ])
})

test('an error comes out unchanged and is recorded; a content filter is a refusal', async () => {
  const fault = new Error('overloaded')
  const failing = new MockLanguageModelV4({ doGenerate: () => Promise.reject(fault) })
  const outcomes = await reported({}, async (middleware) => {
    const call = (model: MockLanguageModelV4) =>
      generateText({ model: wrapLanguageModel({ model, middleware }), prompt: 'Hi', maxRetries: 0 })
    await assert.rejects(call(failing), (error) => error === fault)
    await call(answering('', { unified: 'content-filter', raw: 'refusal' }))
  })
  assert.deepEqual(
    outcomes.map(({ error, refusal }) => ({ error, refusal })),
    [
      { error: 'Error: overloaded', refusal: undefined },
      { error: undefined, refusal: true },
    ],
  )
})

type Part = Parameters<typeof simulateReadableStream>[0]['chunks'][number]

function streaming(chunks: Part[], chunkDelayInMs = 0) {
  return new MockLanguageModelV4({
    doStream: async () => ({ stream: simulateReadableStream({ chunks, chunkDelayInMs }) as ReadableStream }),
  })
}

const start: Part[] = [
  { type: 'response-metadata', modelId: 'served-2026' },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hel' },
  { type: 'text-delta', id: '1', delta: 'lo' },
]
const finish: Part = { type: 'finish', finishReason: stop, usage }

test('a stream passes through and is recorded at its end, with the time to its end', async () => {
  const [outcome, ...more] = await reported({}, async (middleware) => {
    const model = wrapLanguageModel({
      model: streaming([...start, { type: 'text-end', id: '1' }, finish], 10),
      middleware,
    })
    let text = ''
    for await (const delta of streamText({ model, prompt: 'Hi' }).textStream) text += delta
    assert.equal(text, 'Hello')
  })
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(outcome, {
    output: 'Hello',
    inputTokens: 10,
    outputTokens: 5,
    servedModel: 'served-2026',
  })
  assert.ok(Number(outcome?.latencyMs) >= 40, `${outcome?.latencyMs} ms`)
})

test('an error in the middle of a stream is recorded once', async () => {
  const outcomes = await reported({}, async (middleware) => {
    const model = wrapLanguageModel({
      model: streaming([...start, { type: 'error', error: new Error('cut') }]),
      middleware,
    })
    await streamText({ model, prompt: 'Hi', onError: () => undefined }).consumeStream()
  })
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    ['Error: cut'],
  )
})

test('a stream that cannot be opened is recorded as an error', async () => {
  const failing = new MockLanguageModelV4({ doStream: () => Promise.reject(new Error('no route')) })
  const outcomes = await reported({}, async (middleware) => {
    const model = wrapLanguageModel({ model: failing, middleware })
    await streamText({ model, prompt: 'Hi', maxRetries: 0, onError: () => undefined }).consumeStream()
  })
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    ['Error: no route'],
  )
})

test('a stream that its reader gives up is recorded without output and is no error', async () => {
  const outcomes = await reported({}, async (middleware) => {
    const { stream } = await wrapLanguageModel({ model: streaming([...start, finish]), middleware }).doStream({
      prompt: [],
    })
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
  })
  assert.deepEqual(
    outcomes.map(({ error, output }) => [error, output]),
    [[undefined, undefined]],
  )
})

test('what a caller gives up is no error, and what takes longer than the caller waits is one', async () => {
  const aborted = (reason: unknown) => {
    const controller = new AbortController()
    return { controller, doGenerate: () => Promise.reject(controller.abort(reason) ?? controller.signal.reason) }
  }
  const outcomes = await reported({}, async (middleware) => {
    for (const reason of [undefined, new DOMException('late', 'TimeoutError')]) {
      const { controller, doGenerate } = aborted(reason)
      const model = wrapLanguageModel({ model: new MockLanguageModelV4({ doGenerate }), middleware })
      await assert.rejects(async () => model.doGenerate({ prompt: [], abortSignal: controller.signal }))
    }
  })
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    [undefined, 'TimeoutError: late'],
  )
})

test('an abort that arrives as a part of the stream is no error either', async () => {
  const controller = new AbortController()
  const outcomes = await reported({}, async (middleware) => {
    controller.abort(null)
    const model = wrapLanguageModel({
      model: streaming([...start, { type: 'error', error: new Error('aborted') }]),
      middleware,
    })
    const { stream } = await model.doStream({ prompt: [], abortSignal: controller.signal })
    for await (const part of stream as unknown as AsyncIterable<Part>) assert.ok(part)
  })
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    [undefined],
  )
})

test('a version whose model is not to be had fails, and is seen to', async () => {
  const fault = new Error('no such model')
  const models = () => {
    throw fault
  }
  const outcomes = await reported({ models, unit: () => 'ann' }, async (middleware) => {
    const model = wrapLanguageModel({ model: answering('Hello'), middleware })
    await assert.rejects(async () => model.doGenerate({ prompt: [] }), fault)
    await assert.rejects(async () => model.doStream({ prompt: [] }), fault)
  })
  assert.deepEqual(
    outcomes.map(({ error, arm }) => [error, arm]),
    [
      ['Error: no such model', 'canary'],
      ['Error: no such model', 'canary'],
    ],
  )
})

test('a step of the wall clock is no latency', async () => {
  let stepped = 0
  const doGenerate = async () => {
    stepped = 3_600_000
    return answering('Hi').doGenerate({ prompt: [] })
  }
  const [outcome] = await reported(
    {},
    async (middleware) => {
      await wrapLanguageModel({ model: new MockLanguageModelV4({ doGenerate }), middleware }).doGenerate({ prompt: [] })
    },
    { ...systemClock, now: () => Date.now() + stepped },
  )
  assert.ok(Number(outcome?.latencyMs) < 3_600_000, `${outcome?.latencyMs} ms`)
})

test('a price or a unit that throws, and usage of another form, cost the call nothing', async () => {
  const price = () => {
    throw new Error('no price')
  }
  const unit = price as () => never
  const outcomes = await reported({ price, unit }, async (middleware) => {
    const bare = { type: 'finish' } as unknown as Part
    const model = wrapLanguageModel({ model: streaming([...start, bare]), middleware })
    const { stream } = await model.doStream({ prompt: [] })
    for await (const part of stream as unknown as AsyncIterable<Part>) assert.ok(part)
    await wrapLanguageModel({ model: answering('Hello'), middleware }).doGenerate({ prompt: [] })
  })
  assert.partialDeepStrictEqual(outcomes, [
    { servedModel: 'served-2026', version: 'a' },
    { output: 'Hello', inputTokens: 10, version: 'a' },
  ])
})

test('a unit may be a number', async () => {
  const [outcome] = await reported({}, async (middleware) => {
    const model = wrapLanguageModel({ model: answering('Hi'), middleware })
    await generateText({ model, prompt: 'Hi', providerOptions: { sluice: { unit: 7 } } })
  })
  assert.partialDeepStrictEqual(outcome, { unit: '7', arm: 'canary' })
})
