import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWorkLoop } from '../../../src/control/loops/work-loop.ts'
import { manualClock } from '../../support/manual-clock.ts'

const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

test('it works at once, then as often as said, and when woken', async () => {
  const clock = manualClock()
  let works = 0
  let wake = () => {}
  const loop = startWorkLoop({
    clock,
    everyMs: 1000,
    work: async () => {
      works += 1
      return false
    },
    wakers: [
      (wakeUp) => {
        wake = wakeUp
        return () => {
          wake = () => assert.fail('woken after its end')
        }
      },
    ],
    onError: assert.fail,
  })
  await turns()
  assert.equal(works, 1)
  clock.advance(999)
  await turns()
  assert.equal(works, 1)
  clock.advance(1)
  await turns()
  assert.equal(works, 2)
  wake()
  await turns()
  assert.equal(works, 3)
  await loop.close()
  clock.advance(5000)
  await turns()
  assert.equal(works, 3)
})

test('failures are tried again ever more seldom, whoever wakes it', async () => {
  const clock = manualClock()
  const waits: number[] = []
  let wake = () => {}
  const loop = startWorkLoop({
    clock,
    everyMs: 1000,
    work: () => Promise.reject(new Error('no')),
    wakers: [
      (wakeUp) => {
        wake = wakeUp
        return () => undefined
      },
    ],
    longestBackoffMs: 300,
    onError: (_error, waitMs) => waits.push(waitMs),
  })
  await turns()
  wake()
  await turns()
  assert.deepEqual(waits, [100])
  for (const ms of [100, 200, 300, 300]) {
    clock.advance(ms)
    await turns()
  }
  assert.deepEqual(waits, [100, 200, 300, 300, 300])
  await loop.close()
})
