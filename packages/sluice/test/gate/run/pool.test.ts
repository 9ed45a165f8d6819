import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runPool } from '../../../src/gate/run/pool.ts'

async function* numbers(count: number) {
  for (let n = 0; n < count; n += 1) yield n
}

test('never more than the given number at a time, and every item once', async () => {
  let running = 0
  let most = 0
  const seen: number[] = []
  await runPool(numbers(50), 7, async (n) => {
    running += 1
    most = Math.max(most, running)
    await sleep(n % 3)
    seen.push(n)
    running -= 1
  })
  assert.equal(most, 7)
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    [...Array(50).keys()],
  )
})

test('items are pulled only as places become free', async () => {
  let pulled = 0
  async function* counted() {
    for (;;) {
      pulled += 1
      yield pulled
    }
  }
  await assert.rejects(
    runPool(counted(), 4, async (n) => {
      if (n === 20) throw new Error('enough')
    }),
    /enough/,
  )
  assert.ok(pulled <= 24, `${pulled} pulled`)
})

test('an error waits for what is under way, starts nothing more, and is passed on', async () => {
  const finished: number[] = []
  await assert.rejects(
    runPool(numbers(100), 3, async (n) => {
      if (n === 1) throw new Error('broken case')
      await sleep(5)
      finished.push(n)
    }),
    /broken case/,
  )
  assert.deepEqual(finished.sort(), [0, 2])
})
