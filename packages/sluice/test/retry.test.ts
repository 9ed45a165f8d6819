import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayPass, retry } from '../src/retry.ts'

/** Attempts that give these results one after the other, and the waits between them. */
async function retried(results: readonly string[], isOver = () => false, onSleep = () => {}) {
  const left = [...results]
  const waits: number[] = []
  const result = await retry({
    attempt: async () => left.shift() ?? 'no more',
    waitMs: (failed, done) => (failed === 'later' ? 10 * (done + 1) : undefined),
    sleep: async (ms) => {
      waits.push(ms)
      onSleep()
    },
    isOver,
  })
  return { result, waits, left }
}

test('attempts go on until a result stands', async () => {
  assert.deepEqual(await retried(['later', 'later', 'done', 'later']), {
    result: 'done',
    waits: [10, 20],
    left: ['later'],
  })
})

test('once it is over neither a wait nor an attempt begins', async () => {
  const stopped = await retried(['later', 'done'], () => true)
  assert.deepEqual(stopped, { result: 'later', waits: [], left: ['done'] })
  let isOver = false
  const over = () => {
    isOver = true
  }
  const within = await retried(['later', 'done'], () => isOver, over)
  assert.deepEqual(within, { result: 'later', waits: [10], left: ['done'] })
})

test('what may pass is what says later, and of a stranger any fault of its own', () => {
  const passing = (options?: { fromStranger: boolean }) =>
    [400, 403, 404, 408, 409, 410, 425, 429, 500, 501, 502, 503, 504, 529].filter((status) => mayPass(status, options))
  assert.deepEqual(passing(), [429, 502, 503, 504])
  assert.deepEqual(passing({ fromStranger: true }), [408, 425, 429, 500, 501, 502, 503, 504, 529])
})
