import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'

test('timers run when they are due, in order; those of the same moment in the order in which they were set', async () => {
  const clock = virtualClock(1000)
  const seen: [string, number][] = []
  const note = (name: string) => () => void seen.push([name, clock.now()])
  clock.setTimer(note('late'), 30)
  clock.setTimer(note('first'), 10)
  clock.setTimer(note('second'), 10)
  clock.setTimer(note('beyond'), 31)
  await clock.runUntil(1030)
  assert.deepEqual(seen, [
    ['first', 1010],
    ['second', 1010],
    ['late', 1030],
  ])
  assert.equal(clock.now(), 1030)
})

test('what follows from a timer without waiting is finished before the next one', async () => {
  const clock = virtualClock(0)
  const seen: string[] = []
  clock.setTimer(async () => {
    for (let step = 0; step < 20; step += 1) await undefined
    seen.push('followed')
    clock.setTimer(() => void seen.push('set meanwhile'), 5)
  }, 10)
  clock.setTimer(() => void seen.push('next'), 11)
  await clock.runUntil(20)
  assert.deepEqual(seen, ['followed', 'next', 'set meanwhile'])
})

test('a cleared timer never runs, and clearing one that has run does nothing', async () => {
  const clock = virtualClock(0)
  const seen: string[] = []
  const cleared = clock.setTimer(() => void seen.push('cleared'), 5)
  const kept = clock.setTimer(() => void seen.push('kept'), 5)
  clock.clearTimer(cleared)
  await clock.runUntil(5)
  clock.clearTimer(kept)
  await clock.runUntil(10)
  assert.deepEqual(seen, ['kept'])
})

test('after a jump a timer that sets itself again runs once, however often it would have been due', async () => {
  const clock = virtualClock(1000)
  const seen: number[] = []
  const again = () => {
    seen.push(clock.now())
    clock.setTimer(again, 10)
  }
  clock.setTimer(again, 10)
  await clock.jumpTo(2000)
  assert.deepEqual(seen, [2000])
  await clock.jumpTo(2010)
  assert.deepEqual(seen, [2000, 2010])
})

test('thousands of timers come in order', async () => {
  const clock = virtualClock(0)
  const seen: number[] = []
  for (let i = 0; i < 2000; i += 1) {
    const at = (i * 7919) % 1009
    clock.setTimer(() => void seen.push(at), at)
  }
  await clock.runUntil(1009)
  assert.equal(seen.length, 2000)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
})
