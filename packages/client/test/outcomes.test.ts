import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestOutcome } from '../src/index.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const canary = featureWith({ ppm: 1_000_000 })
const isOutcomes = (path: string) => path === '/v1/outcomes'

test('a run is timed, passed through and reported with its arm', async () => {
  const plane = fakePlane(snapshot(1, canary))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  const running = route.run(
    async () => {
      await new Promise<void>((resolve) => started.clock.setTimer(resolve, 250))
      return { text: 'Hi', tokens: 7 }
    },
    ({ tokens }) => ({ outputTokens: tokens }),
  )
  await started.pass(250)
  assert.deepEqual(await running, { text: 'Hi', tokens: 7 })
  route.done()
  await started.pass(1000)
  const [sent] = plane.batches.flat() as RequestOutcome[]
  const { id, observedAt, ...rest } = sent ?? {}
  assert.match(String(id), /^[0-9a-f-]{36}$/)
  assert.match(String(observedAt), /^2027-01-15T/)
  assert.deepEqual(rest, {
    ...{ feature: 'mail', version: 'b', arm: 'canary', rolloutId: 'r-1', stage: 0, unit: 'ann' },
    ...{ latencyMs: 250, outputTokens: 7 },
  })
})

test('what the application throws comes out unchanged and is reported as an error', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const fault = new RangeError('no quota')
  const route = started.client.route('mail', 'ann')
  await assert.rejects(
    route.run(() => Promise.reject(fault)),
    (error) => error === fault,
  )
  await assert.rejects(
    route.run(() => {
      throw fault
    }),
    (error) => error === fault,
  )
  await started.pass(1000)
  assert.deepEqual(
    (plane.batches.flat() as RequestOutcome[]).map(({ error }) => error),
    ['RangeError: no quota', 'RangeError: no quota'],
  )
})

test('work that its caller gives up is recorded and is no error; what took too long is one', async () => {
  const plane = fakePlane(snapshot(1, canary))
  await using started = await startClient(plane)
  const [user, patient, late] = [AbortSignal.abort(), new AbortController().signal, AbortSignal.abort(timeout())]
  const ownKind = new Error('Request was aborted.')
  const cases: [unknown, AbortSignal | undefined, string | undefined][] = [
    [user.reason, undefined, undefined],
    [timeout(), undefined, 'TimeoutError: too late'],
    [new Error('AbortError'), undefined, 'Error: AbortError'],
    [ownKind, user, undefined],
    [ownKind, AbortSignal.abort('tab closed'), undefined],
    [ownKind, undefined, 'Error: Request was aborted.'],
    [user.reason, patient, 'AbortError: This operation was aborted'],
    [user.reason, late, 'AbortError: This operation was aborted'],
  ]
  for (const [thrown, signal] of cases) {
    const route = started.client.route('mail', 'ann')
    const running = route.run(() => Promise.reject(thrown), undefined, signal)
    await assert.rejects(running, (error) => error === thrown)
    route.done()
  }
  await started.pass(1000)
  const sent = plane.batches.flat() as RequestOutcome[]
  assert.deepEqual(
    sent.map(({ error }) => error),
    cases.map(([, , error]) => error),
  )
  for (const { latencyMs, arm } of sent) assert.deepEqual([latencyMs, arm], [0, 'canary'])
})

const timeout = () => new DOMException('too late', 'TimeoutError')

test('a record adds to the run before it, once; feedback names the request, also much later', async () => {
  const plane = fakePlane(snapshot(1, canary))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  await route.run(() => 'Hi')
  route.record({ inputTokens: 3, costUsd: 0.01 })
  const reference = route.reference()
  route.feedback({ thumb: 'down', comment: 'no dates' })
  await started.pass(1000)
  route.record({ costUsd: 9 })
  assert.ok(reference)
  started.client.feedback(reference, { score: 1.5 })
  await started.pass(1000)
  const [thumb, run, score, ...more] = plane.batches.flat()
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(run, { inputTokens: 3, costUsd: 0.01 })
  const about = {
    kind: 'feedback',
    of: run?.id,
    feature: 'mail',
    version: 'b',
    arm: 'canary',
    rolloutId: 'r-1',
    unit: 'ann',
  }
  assert.partialDeepStrictEqual(thumb, { ...about, score: 0, comment: 'no dates' })
  assert.partialDeepStrictEqual(score, { ...about, score: 1 })
  assert.equal(started.diagnostics.at(-1)?.code, 'late-record')
})

test('input and output leave the process only for the share that the feature captures', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 }, { capture: { incumbent: 0, canary: 250_000 } })))
  await using started = await startClient(plane)
  for (let index = 0; index < 2000; index += 1) {
    started.client.route('mail', `user-${index}`).record({ input: { email: 'x' }, output: 'y', latencyMs: 1 })
  }
  await started.client.flush()
  const outcomes = plane.batches.flat() as RequestOutcome[]
  const captured = outcomes.filter(({ output }) => output !== undefined)
  assert.equal(outcomes.length, 2000)
  assert.ok(Math.abs(captured.length - 500) < 80, `${captured.length} captured`)
  for (const { input, captured: share } of captured) assert.deepEqual([input, share], [{ email: 'x' }, 0.25])
  for (const outcome of outcomes.filter((one) => !captured.includes(one))) assert.ok(!('input' in outcome))
})

test('outcomes wait for a server that is away, under the same ids, and the oldest make room', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { queueCapacity: 50 })
  plane.interfere((path) => (isOutcomes(path) ? new Error('unreachable') : undefined))
  for (let index = 0; index < 60; index += 1) started.client.route('mail').record({ latencyMs: index })
  await started.pass(120_000)
  assert.deepEqual(started.client.status().outcomes, { queued: 50, delivered: 0, dropped: 10, rejected: 0 })
  plane.interfere(undefined)
  await started.pass(31_000)
  const latencies = (plane.batches.flat() as RequestOutcome[]).map(({ latencyMs }) => latencyMs)
  assert.deepEqual(
    latencies,
    Array.from({ length: 50 }, (_, index) => index + 10),
  )
  assert.equal(started.client.status().outcomes.delivered, 50)
})

test('what comes while a batch is on its way is sent at once where it fills another, else with others', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { batchSize: 5 })
  const finish = (number: number) => {
    for (let index = 0; index < number; index += 1) {
      const route = started.client.route('mail')
      route.record({ latencyMs: index })
      route.done()
    }
  }
  plane.interfere((path) => {
    if (isOutcomes(path) && plane.batches.length === 0) queueMicrotask(() => finish(7))
    return undefined
  })
  const sizes = () => plane.batches.map(({ length }) => length)
  finish(5)
  await started.pass(100)
  assert.deepEqual(sizes(), [5, 5])
  await started.pass(1000)
  assert.deepEqual(sizes(), [5, 5, 2])
})

test('an answer that was lost is asked for again with the same ids', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  let lost = 0
  const seen: string[][] = []
  plane.interfere((path, init) => {
    if (!isOutcomes(path)) return undefined
    seen.push(JSON.parse(String(init.body)).outcomes.map(({ id }: { id: string }) => id))
    lost += 1
    return lost === 1 ? new Error('connection reset') : undefined
  })
  started.client.route('mail').record({ latencyMs: 1 })
  await started.pass(5000)
  assert.equal(seen.length, 2)
  assert.deepEqual(seen[0], seen[1])
})

test('Retry-After is obeyed, a batch that is too large is halved, what is refused is not sent again', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  plane.interfere((path) =>
    isOutcomes(path) ? new Response(null, { status: 429, headers: { 'retry-after': '60' } }) : undefined,
  )
  for (let index = 0; index < 8; index += 1) started.client.route('mail').record({ latencyMs: index })
  await started.pass(59_000)
  assert.equal(plane.requests.filter((request) => request === 'POST /v1/outcomes').length, 1)
  plane.interfere((path, init) => {
    const size = isOutcomes(path) ? JSON.parse(String(init.body)).outcomes.length : 0
    return size > 2 ? new Response(null, { status: 413 }) : undefined
  })
  await started.pass(10_000)
  assert.deepEqual(
    plane.batches.map(({ length }) => length),
    [2, 2, 2, 2],
  )
  const rejected = [{ index: 0, code: 'invalid', message: 'latencyMs must be 0 or more' }]
  plane.interfere((path) => (isOutcomes(path) ? Response.json({ accepted: 0, duplicates: 0, rejected }) : undefined))
  started.client.route('mail').record({ latencyMs: -1 })
  await started.pass(120_000)
  assert.deepEqual(started.client.status().outcomes, { queued: 0, delivered: 8, dropped: 0, rejected: 1 })
  assert.match(started.diagnostics.findLast(({ code }) => code === 'outcomes-rejected')?.message ?? '', /latencyMs/)
})

test('a client that is closed tells how many outcomes nobody took', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const { client, diagnostics } = started
  client.route('mail', 'ann').record({ latencyMs: 1 })
  plane.interfere((path) => (path === '/v1/outcomes' ? new Response('', { status: 401 }) : undefined))
  const closed = client.close()
  await started.pass(60_000)
  await closed
  assert.match(diagnostics.find(({ code }) => code === 'outcomes-unsent')?.message ?? '', /^1 outcome/)
})

test('close takes ten seconds at most, wherever what is sent is swallowed or answered slowly', async () => {
  for (const answersAfterMs of [9000, 1e9]) {
    const plane = fakePlane(snapshot(1))
    let slow = false
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = () => plane.fetch(input, init)
      if (!slow) return answer()
      return new Promise((resolve, reject) => {
        started.clock.setTimer(() => resolve(answer()), answersAfterMs)
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    }
    await using started = await startClient({ fetch }, { batchSize: 10 })
    const { client } = started
    slow = true
    for (let unit = 0; unit < 40; unit += 1) client.route('mail', unit).record({})
    await started.pass(1000)
    let closed = false
    void client.close().then(() => {
      closed = true
    })
    await started.pass(10_100)
    assert.ok(closed)
  }
})

test('close sends what waits and says goodbye', async () => {
  const plane = fakePlane(snapshot(1))
  const started = await startClient(plane)
  started.client.route('mail').record({ latencyMs: 1 })
  await started[Symbol.asyncDispose]()
  assert.equal(plane.batches.flat().length, 1)
  assert.equal(plane.acks.at(-1)?.leaving, true)
  assert.equal(started.client.status().mode, 'closed')
  assert.equal(plane.streams.length, 0)
})

test('what cannot be written as JSON is left out and reported; its request and its neighbours are sent', async () => {
  const plane = fakePlane(snapshot(1, featureWith(undefined, { capture: { incumbent: 1_000_000, canary: 0 } })))
  await using started = await startClient(plane)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  started.client.route('mail').record({ input: circular, latencyMs: 1 })
  started.client.route('mail').record({ input: { amount: 1n }, latencyMs: 2 })
  started.client.route('mail').record({ input: { email: 'x' }, latencyMs: 3 })
  await started.pass(2000)
  assert.deepEqual(
    (plane.batches.flat() as RequestOutcome[]).map(({ latencyMs, input }) => [latencyMs, input]),
    [
      [1, undefined],
      [2, undefined],
      [3, { email: 'x' }],
    ],
  )
})

test('one outcome that spoils its whole batch is found and dropped, the others arrive', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const isPoison = ({ latencyMs }: RequestOutcome) => latencyMs === 5
  plane.interfere((path, init) => {
    const poisoned = isOutcomes(path) && JSON.parse(String(init.body)).outcomes.some(isPoison)
    return poisoned ? new Response(null, { status: 400 }) : undefined
  })
  for (let index = 0; index < 20; index += 1) started.client.route('mail').record({ latencyMs: index })
  await started.pass(10_000)
  assert.deepEqual(started.client.status().outcomes, { queued: 0, delivered: 19, dropped: 1, rejected: 0 })
})
