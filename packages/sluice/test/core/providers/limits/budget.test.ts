import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBudget, type Reservation } from '../../../../src/core/providers/limits/budget.ts'
import { chat, faultServer, json } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../../support/providers/model-call.ts'

/** Repeatable numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function granted(reserved: Promise<Reservation | 'exhausted'>): Promise<Reservation> {
  const reservation = await reserved
  assert.notEqual(reservation, 'exhausted')
  return reservation as Reservation
}

for (const seed of [1, 2, 3]) {
  test(`50 at a time, the spend never passes the limit and uses nearly all of it (seed ${seed})`, async () => {
    const random = randomFrom(seed)
    const limit = 1
    const budget = createBudget(limit)
    let inFlightUsd = 0
    let refused = 0
    const call = async () => {
      const worst = 0.002 + 0.01 * random()
      const reservation = await budget.reserve(worst)
      if (reservation === 'exhausted') {
        refused += 1
        return
      }
      inFlightUsd += worst
      assert.ok(budget.spentUsd + budget.unaccountedUsd + inFlightUsd <= limit + 1e-12)
      for (let ticks = Math.floor(5 * random()); ticks >= 0; ticks -= 1) await new Promise(setImmediate)
      inFlightUsd -= worst
      const drawn = random()
      if (drawn < 0.1) reservation.release()
      else reservation.settle(drawn < 0.15 ? undefined : worst * random())
      assert.ok(budget.spentUsd + budget.unaccountedUsd <= limit)
    }
    let left = 600
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        while (left-- > 0) await call()
      }),
    )
    assert.ok(refused > 0)
    assert.ok(budget.spentUsd + budget.unaccountedUsd > limit - 0.012, `only ${budget.spentUsd} spent`)
  })
}

test('waits for calls in flight instead of refusing too early', async () => {
  const budget = createBudget(1)
  const first = await granted(budget.reserve(0.9))
  const second = budget.reserve(0.9)
  first.settle(0.05)
  const reservation = await granted(second)
  reservation.settle(0.05)
  assert.equal(budget.spentUsd, 0.1)
})

test('once exhausted it stays so, also for a call that would fit', async () => {
  const budget = createBudget(1)
  ;(await granted(budget.reserve(0.5))).settle(0.5)
  assert.equal(await budget.reserve(0.6), 'exhausted')
  assert.equal(await budget.reserve(0.1), 'exhausted')
})

test('a dear call is not overtaken by cheap ones for ever', async () => {
  const budget = createBudget(1)
  const first = await granted(budget.reserve(0.5))
  const order: string[] = []
  const dear = budget.reserve(0.9).then(() => order.push('dear'))
  const cheap = budget.reserve(0.1).then(() => order.push('cheap'))
  first.settle(0)
  await Promise.all([dear, cheap])
  assert.deepEqual(order, ['dear', 'cheap'])
})

test('a call that costs more than was set aside counts in full, and closes the budget', async () => {
  const budget = createBudget(1)
  ;(await granted(budget.reserve(0.5))).settle(1.2)
  assert.equal(budget.spentUsd, 1.2)
  assert.equal(await budget.reserve(0), 'exhausted')
})

test('a cost that nobody knows stays set aside', async () => {
  const budget = createBudget(1)
  ;(await granted(budget.reserve(0.7))).settle(undefined)
  assert.deepEqual([budget.spentUsd, budget.unaccountedUsd], [0, 0.7])
  assert.equal(await budget.reserve(0.4), 'exhausted')
})

test('without a limit it counts and never refuses', async () => {
  const budget = createBudget(undefined)
  ;(await granted(budget.reserve(1000))).settle(1000)
  assert.equal(budget.spentUsd, 1000)
})

test('the client stops before the call that would exceed the budget', async () => {
  await using server = await faultServer(
    chat('ok', { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }),
  )
  // A call costs 0.001 + 0.001 and may cost 4096 output tokens more: about 0.042.
  const budget = createBudget(0.1)
  const { complete } = clientOf(server.url, {}, { budget })
  const calls = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => complete(`${i}`)))
  const answered = calls.filter((call) => call.status === 'fulfilled')
  assert.equal(answered.length, server.requests.length)
  assert.ok(Math.abs(budget.spentUsd - 0.002 * answered.length) < 1e-9)
  assert.ok(budget.spentUsd > 0.1 - 0.044 && budget.spentUsd <= 0.1, String(budget.spentUsd))
  assert.equal(answered[0]?.value.costUsd, 0.002)
  const error = await failureOf(complete())
  assert.deepEqual([error.kind, error.fatal, error.retryable], ['budget', false, false])
  assert.match(error.message, /budget of \$0\.1000 is used up: \$0\.0\d+ spent.*may cost \$0\.04\d+.*--budget-usd/)
})

test('a refused call costs nothing; one that was lost on the way may be on the bill', async () => {
  const budget = createBudget(1)
  await using refusing = await faultServer(json({ error: { message: 'bad' } }, 400))
  await failureOf(clientOf(refusing.url, {}, { budget }).complete())
  assert.equal(budget.unaccountedUsd, 0)
  await using silent = await faultServer(() => {})
  await failureOf(clientOf(silent.url, { timeoutMs: 20, retries: 0 }, { budget }).complete())
  assert.ok(budget.unaccountedUsd > 0.04)
})
