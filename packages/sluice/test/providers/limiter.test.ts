import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLimiter, type Slot } from '../../src/providers/limiter.ts'
import { fakeTime } from './fake-time.ts'
import { chat, faultServer, json } from './fault-server.ts'
import { clientOf } from './model-call.ts'

const { signal } = new AbortController()

async function take(limiter: ReturnType<typeof createLimiter>, count: number): Promise<Slot[]> {
  return Promise.all(Array.from({ length: count }, () => limiter.acquire(signal)))
}

test('starts at the cap and lets no more in', async () => {
  const limiter = createLimiter({ cap: 2, ...fakeTime() })
  const [first] = await take(limiter, 2)
  let third: Slot | undefined
  const waiting = limiter.acquire(signal).then((slot) => {
    third = slot
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(third, undefined)
  first?.release('ok')
  await waiting
  assert.ok(third)
})

test('halves once for all calls of one wave, grows by one call a round, up to the cap', async () => {
  const limiter = createLimiter({ cap: 8, ...fakeTime() })
  for (const slot of await take(limiter, 8)) slot.release('overloaded')
  assert.equal(limiter.limit, 4)
  for (const slot of await take(limiter, 4)) slot.release('overloaded')
  assert.equal(limiter.limit, 2)
  for (const slot of await take(limiter, 2)) slot.release('ok')
  assert.ok(limiter.limit > 2.8 && limiter.limit <= 3, String(limiter.limit))
  for (let round = 0; round < 100; round += 1) (await limiter.acquire(signal)).release('ok')
  assert.equal(limiter.limit, 8)
})

test('never goes below one call, and a failure of another kind changes nothing', async () => {
  const limiter = createLimiter({ cap: 2, ...fakeTime() })
  for (let wave = 0; wave < 5; wave += 1) (await limiter.acquire(signal)).release('overloaded')
  assert.equal(limiter.limit, 1)
  ;(await limiter.acquire(signal)).release('failed')
  assert.equal(limiter.limit, 1)
})

test('who comes first is served first', async () => {
  const limiter = createLimiter({ cap: 1, ...fakeTime() })
  let held = await limiter.acquire(signal)
  const order: number[] = []
  const calls = [1, 2, 3].map(async (call) => {
    const slot = await limiter.acquire(signal)
    order.push(call)
    held = slot
  })
  for (const call of calls) {
    held.release('ok')
    await call
  }
  assert.deepEqual(order, [1, 2, 3])
})

test('a pause holds for those who wait and those who come', async () => {
  const time = fakeTime()
  const limiter = createLimiter({ cap: 1, ...time })
  const held = await limiter.acquire(signal)
  const waiting = limiter.acquire(signal)
  limiter.pause(5000)
  held.release('ok')
  ;(await waiting).release('ok')
  assert.equal(time.clock(), 5000)
  limiter.pause(1000)
  await limiter.acquire(signal)
  assert.equal(time.clock(), 6000)
})

test('who is called off leaves the queue', async () => {
  const limiter = createLimiter({ cap: 1, ...fakeTime() })
  const held = await limiter.acquire(signal)
  const controller = new AbortController()
  const left = limiter.acquire(controller.signal)
  const next = limiter.acquire(signal)
  controller.abort(new Error('called off'))
  await assert.rejects(left, /called off/)
  held.release('ok')
  ;(await next).release('ok')
})

test('an overloaded provider sees fewer calls at once, and more again when it recovers', async () => {
  let strength = 4
  let inFlight = 0
  const refused: number[] = []
  await using server = await faultServer(async (response, request, index) => {
    inFlight += 1
    const load = inFlight
    await new Promise((resolve) => setTimeout(resolve, 5))
    inFlight -= 1
    if (load <= strength) return chat('ok')(response, request, index)
    refused.push(load)
    return json({ error: { message: 'overloaded' } }, 529)(response, request, index)
  })
  const { complete } = clientOf(server.url, { concurrency: 16, retries: 50 }, { random: () => 0 })
  const wave = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => complete(`${i}`)))
  await wave(16)
  assert.equal(server.maxInFlight, 16)
  server.maxInFlight = 0
  const before = refused.length
  await wave(60)
  assert.ok(server.maxInFlight <= 8, `${server.maxInFlight} in flight`)
  assert.ok(refused.length - before < 30, `${refused.length - before} refused`)
  strength = 100
  await wave(150)
  server.maxInFlight = 0
  await wave(50)
  assert.ok(server.maxInFlight >= 14, `${server.maxInFlight} in flight`)
})

test("a provider's own cap wins over the general one", async () => {
  await using server = await faultServer(async (...exchange) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return chat('ok')(...exchange)
  })
  const { complete } = clientOf(server.url, { concurrency: 3 }, { concurrency: 50 })
  await Promise.all(Array.from({ length: 12 }, (_, i) => complete(`${i}`)))
  assert.equal(server.maxInFlight, 3)
})
