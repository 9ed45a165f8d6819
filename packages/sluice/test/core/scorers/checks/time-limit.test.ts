import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvenlyWithin, withinTime } from '../../../../src/core/scorers/checks/time-limit.ts'

const late = () => new Error('late')

/** Blocks without using the processor, as on a machine that is busy with something else. */
function starved(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

test('work that did not get the processor is run again, with more time', () => {
  let runs = 0
  const work = () => {
    runs += 1
    if (runs === 1) starved(60_000)
    return 7
  }
  assert.equal(withinTime(50, work, late), 7)
  assert.equal(runs, 2)
})

test('work that uses its time up is late, and so is what never gets the processor', () => {
  const endless = () => {
    for (;;);
  }
  assert.throws(() => withinTime(20, endless, late), /late/)
  assert.throws(() => withinTime(5, () => starved(60_000), late), /late/)
})

test('work that was starved first and then uses its time up is given no further run', () => {
  const limitMs = 50
  const starts: number[] = []
  const work = () => {
    starts.push(usedMs())
    if (starts.length === 1) starved(60_000)
    for (;;);
  }
  assert.throws(() => withinTime(limitMs, work, late), /late/)
  const used = starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
  // On a busy machine several runs in a row may get too little of the processor, and only those are followed by another.
  assert.ok(starts.length >= 2)
  assert.ok(
    used.every((ms) => ms < limitMs + 5),
    `${used} ms were used by runs that were followed by another`,
  )
})

test('an error of the work is its own', () => {
  const fails = () => {
    throw new RangeError('own')
  }
  assert.throws(() => withinTime(50, fails, late), RangeError)
})

test('the reading of a long text is ended, and a short one is read in the thread as it is', () => {
  const endless = () => {
    for (;;);
  }
  const late = { name: 'CheckError', message: /the output took more than 1008 ms to read/ }
  assert.throws(() => readEvenlyWithin('the output', 20_001, endless), late)
  assert.equal(
    readEvenlyWithin('the output', 20, () => 7),
    7,
  )
})
