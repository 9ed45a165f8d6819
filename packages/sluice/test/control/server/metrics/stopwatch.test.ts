import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@sluice/client'
import { createMetrics } from '../../../../src/control/server/metrics/metrics.ts'
import { timedStore } from '../../../../src/control/server/metrics/store-metrics.ts'
import { stopwatch } from '../../../../src/control/server/timers.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'

/** Its wall clock steps an hour ahead each time that it is asked; the other one goes 5 ms on. */
function steppingClock(): Clock {
  let [wall, steady] = [0, 0]
  return {
    now: () => (wall += 3_600_000),
    steady: () => (steady += 5),
    setTimer: () => undefined,
    clearTimer: () => undefined,
  }
}

test('a step of the wall clock is no time', async () => {
  const passed = stopwatch(steppingClock())
  assert.deepEqual([passed(), passed()], [5, 10])
  const metrics = createMetrics()
  await timedStore(memoryStore(), steppingClock(), metrics).ping()
  assert.match(await metrics.text(), /store_seconds_sum\{method="ping"\} 0\.005/)
})
