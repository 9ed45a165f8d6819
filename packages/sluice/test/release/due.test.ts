import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueBySoak } from '../../src/release/due.ts'
import { newFeature } from '../../src/release/feature-state.ts'
import { inQuietHours } from '../../src/release/quiet-hours.ts'
import type { ReleaseEvent } from '../../src/release/release-event.ts'
import { transition } from '../../src/release/transition.ts'
import { at, settings, start } from './state-arbitrary.ts'

const hour = 3_600_000
const reason = 'because'

/** A rollout by soak time that began at 0 in stages of 1, 2 and 4 hours, after these events at these hours. */
function rolloutAfter(...events: [number, ReleaseEvent][]) {
  const begun = { ...start('b'), settings: { ...settings, advance: 'soak' } } as ReleaseEvent
  const all: [number, ReleaseEvent][] = [[0, { type: 'activate', version: 'a', reason }], [0, begun], ...events]
  return all.reduce((state, [time, event]) => transition(state, event, at(time * hour)), newFeature('summary')).rollout!
}

test('a stage is due to end once it has soaked, and the last one by promotion', () => {
  assert.equal(dueBySoak(rolloutAfter(), 0, false), null)
  assert.equal(dueBySoak(rolloutAfter(), 0, true), 'advance')
  const last = rolloutAfter([1, { type: 'advance', reason }], [3, { type: 'advance', reason }])
  assert.equal(dueBySoak(last, 0, false), null)
  assert.equal(dueBySoak(last, 0, true), 'promote')
  assert.equal(dueBySoak(rolloutAfter([0.5, { type: 'pause', reason }]), 9 * hour, true), null)
})

test('only a rollout that advances by soak time alone does, and not while it is held', () => {
  assert.equal(dueBySoak({ ...rolloutAfter(), settings }, 100 * hour, true), null)
  assert.equal(dueBySoak(rolloutAfter([0, { type: 'hold', why: 'inconclusive', reason }]), 100 * hour, true), null)
  assert.equal(dueBySoak(rolloutAfter([0, { type: 'abort', reason }]), 100 * hour, true), null)
})

test('quiet hours may span midnight, and end before their last minute', () => {
  const day = Date.UTC(2026, 10, 24)
  const quiet = (hours: number) => inQuietHours(['22:00-06:00', '12:00-12:30'], day + hours * hour)
  assert.deepEqual([22, 23.99, 0, 5.99, 12, 12.49].map(quiet), Array(6).fill(true))
  assert.deepEqual([6, 11.99, 12.5, 21.99].map(quiet), Array(4).fill(false))
  assert.equal(inQuietHours([], day), false)
  const rollout = rolloutAfter()
  const quietThen = { ...rollout, settings: { ...rollout.settings, quietHours: ['01:00-02:00'] } }
  assert.equal(dueBySoak(quietThen, hour, true), null)
  assert.equal(dueBySoak(quietThen, 2 * hour, true), 'advance')
})
