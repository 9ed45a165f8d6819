import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../sluice/src/control/simulate/virtual-clock.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const streams = (requests: string[]) => requests.filter((request) => request === 'GET /v1/stream').length

test('a stream that stays silent for 30 s is given up and opened anew', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  await started.pass(29_000)
  assert.equal(streams(plane.requests), 1)
  await started.pass(4_000)
  assert.equal(streams(plane.requests), 2)
})

test('heartbeats keep a stream open, and the snapshot fresh', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 })))
  await using started = await startClient(plane, { maxStaleMs: 25_000 })
  plane.interfere((path) => (path === '/v1/acks' ? new Error('lost') : undefined))
  for (let beat = 0; beat < 20; beat += 1) {
    await started.pass(10_000)
    for (const stream of plane.streams) stream.send(':\n\n')
  }
  assert.equal(streams(plane.requests), 1)
  assert.equal(started.client.route('mail', 'ann').arm, 'canary')
})

test('a change that never arrived is noticed by the next heartbeat', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  await started.pass(1)
  plane.publish(snapshot(2, { ...featureWith(), active: 'b' }), { push: false })
  await started.pass(10_100)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
  assert.equal(plane.acks.at(-1)?.revision, 2)
})

test('a client whose first stream is silent has the snapshot at once, by asking beside it', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere((path) => (path === '/v1/stream' ? proxies['holds all bytes back']() : undefined))
  await using started = await startClient(plane)
  const ready = started.client.ready()
  await started.pass(500)
  assert.equal(await ready, 'server')
  plane.publish(snapshot(2, { ...featureWith(), active: 'b' }), { push: false })
  await started.pass(10_100)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
})

test('a client whose stream works does not ask beside it', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  await started.pass(60_000)
  assert.ok(!plane.requests.includes('GET /v1/snapshot'))
})

test('a token that is refused ends the wait for readiness', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere(() => new Response(null, { status: 401 }))
  await using started = await startClient(plane)
  assert.equal(await started.client.ready(), 'none')
})

const proxies = {
  'holds all bytes back': () =>
    new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } }),
  'cuts every stream at once': () => new Response('', { headers: { 'content-type': 'text/event-stream' } }),
  'breaks every stream': () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new Error('reset')) }), {
      headers: { 'content-type': 'text/event-stream' },
    }),
  'forbids streams': () => new Response(null, { status: 502 }),
  'sends signs of life alone': () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1))
          controller.enqueue(new TextEncoder().encode(': heartbeat\n\n'))
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    ),
  redirects: () => new Response(null, { status: 302, headers: { location: 'https://login.test/' } }),
  'answers with a page': () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
}
for (const [what, respond] of Object.entries(proxies)) {
  test(`behind a proxy that ${what} changes arrive by polling, and streams are tried again later`, async () => {
    const plane = fakePlane(snapshot(1))
    plane.interfere((path) => (path === '/v1/stream' ? respond() : undefined))
    await using started = await startClient(plane)
    await started.pass(70_000)
    assert.equal(started.client.status().mode, 'polling')
    plane.publish(snapshot(2, { ...featureWith(), active: 'b' }), { push: false })
    await started.pass(15_000)
    assert.equal(started.client.route('mail', 'ann').version, 'b')
    plane.interfere(undefined)
    await started.pass(600_000)
    assert.equal(started.client.status().mode, 'streaming')
  })
}

test('a stream that is cut in the middle of an event loses nothing', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  plane.publish(snapshot(2, { ...featureWith(), active: 'b' }), { push: false })
  const [stream] = plane.streams
  stream?.send('event: snapshot\ndata: {"schema": "slui')
  stream?.end()
  await started.pass(3_000)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
})

test('300 clients that lost the same server come back spread out', async () => {
  const clock = virtualClock(1_800_000_000_000)
  const plane = fakePlane(snapshot(1))
  const started = []
  for (let seed = 0; seed < 300; seed += 1) started.push(await startClient(plane, { clock, seed }))
  plane.interfere(() => new Error('unreachable'))
  for (const stream of [...plane.streams]) stream.end()
  await clock.runUntil(clock.now() + 40_000)
  plane.requests.length = 0
  plane.interfere(undefined)
  const perSecond: number[] = []
  for (let second = 0; second < 30; second += 1) {
    const before = streams(plane.requests)
    await clock.runUntil(clock.now() + 1_000)
    perSecond.push(streams(plane.requests) - before)
  }
  assert.equal(plane.streams.length, 300)
  assert.ok(Math.max(...perSecond) < 30, `${Math.max(...perSecond)} reconnections in one second`)
  const closed = Promise.all(started.map(({ client }) => client.close()))
  await clock.runUntil(clock.now() + 60_000)
  await closed
})

test('Retry-After is obeyed, and a refused token is named', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere(() => new Response(null, { status: 429, headers: { 'retry-after': '40' } }))
  await using started = await startClient(plane)
  await started.pass(39_000)
  assert.equal(streams(plane.requests), 1)
  plane.interfere(() => new Response(null, { status: 401 }))
  await started.pass(10_000)
  assert.ok(started.diagnostics.some(({ code, message }) => code === 'unauthorized' && message.includes('401')))
  assert.ok(!JSON.stringify(started.diagnostics).includes('secret'))
})

test('a page in the place of an answer is told as such, and not read', async () => {
  const plane = fakePlane(snapshot(1))
  let pulled = 0
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536))
      },
    })
  plane.interfere(() => new Response(endless(), { headers: { 'content-type': 'text/html; charset=utf-8' } }))
  await using started = await startClient(plane)
  await started.pass(20_000)
  assert.ok(started.diagnostics.some(({ level, message }) => level === 'warn' && message.includes('text/html')))
  assert.ok(pulled < 100, `${pulled} pieces were read`)
})

test('an hour that a page asks to wait for is no hour', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  plane.interfere(() => new Response('maintenance', { status: 503, headers: { 'retry-after': '3600' } }))
  for (const stream of plane.streams) stream.end()
  await started.pass(120_000)
  plane.interfere(undefined)
  plane.publish(snapshot(2, { ...featureWith(), active: 'b' }))
  await started.pass(90_000)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
})

test('what was never heard of the control plane is told, and that something else answers in its place', async () => {
  const answers = [new Error('refused'), 502, 404, 302].map((answer) => ({
    answer: typeof answer === 'number' ? new Response('', { status: answer }) : answer,
    expected: Number(answer) < 500 ? 'disconnected' : 'stale',
  }))
  for (const { answer, expected } of answers) {
    const plane = fakePlane(snapshot(1))
    plane.interfere(() => (answer instanceof Error ? answer : new Response('', answer)))
    await using started = await startClient(plane, { bootstrap: snapshot(1) })
    await started.pass(60_000)
    assert.equal(started.diagnostics.find(({ level }) => level === 'warn')?.code, expected)
  }
})
