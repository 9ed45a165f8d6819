import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLimiter, type Slot } from '../../../../src/core/providers/limits/concurrency.ts'
import { fakeTime } from '../../../support/providers/fake-time.ts'
import { chat, faultServer, json, type Play } from '../../../support/providers/fault-server.ts'
import { clientOf } from '../../../support/providers/model-call.ts'
import { until } from '../../../support/until.ts'

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

/** Calls that have reached the server and wait to be answered. */
interface Held {
  count(): number
  /** Resolves once so many are waiting. */
  until(count: number): Promise<void>
  /** Answers all that wait: as many as `strength` with success, the others with 529. */
  answer(strength?: number): void
}

function hold(): Held & { play: Play } {
  const replies: ((isFine: boolean) => void)[] = []
  return {
    play: (...exchange) => {
      replies.push((isFine) => void (isFine ? chat('ok') : json({ error: { message: 'busy' } }, 529))(...exchange))
    },
    count: () => replies.length,
    until: (count) => until(() => replies.length >= count, `${count} calls`),
    answer(strength = Number.POSITIVE_INFINITY) {
      for (const [index, reply] of replies.splice(0).entries()) reply(index < strength)
    },
  }
}

/** Long enough for a call that must not come to come. */
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('an overloaded provider sees half the calls at once, and more again when it recovers', {
  timeout: 60_000,
}, async () => {
  const held = hold()
  await using server = await faultServer(held.play)
  const { complete } = clientOf(server.url, { concurrency: 16 }, { random: () => 0 })
  const calls = Promise.all(Array.from({ length: 200 }, (_, i) => complete(`${i}`)))
  await held.until(16)
  await wait(20)
  assert.equal(held.count(), 16)
  held.answer(4)
  await held.until(8)
  await wait(20)
  assert.equal(held.count(), 8)
  for (let answered = 0; answered < 110; ) {
    await held.until(8)
    answered += held.count()
    held.answer()
  }
  await held.until(16)
  let done = false
  const answering = (async () => {
    for (; !done; await wait(1)) held.answer()
  })()
  assert.equal((await calls).length, 200)
  done = true
  await answering
})

test("a provider's own cap wins over the general one", { timeout: 60_000 }, async () => {
  const held = hold()
  await using server = await faultServer(held.play)
  const { complete } = clientOf(server.url, { concurrency: 3 }, { concurrency: 50 })
  const calls = Promise.all(Array.from({ length: 6 }, (_, i) => complete(`${i}`)))
  for (let round = 0; round < 2; round += 1) {
    await held.until(3)
    await wait(20)
    assert.equal(held.count(), 3)
    held.answer()
  }
  await calls
})
