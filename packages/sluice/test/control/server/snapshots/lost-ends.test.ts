import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newFeature } from '../../../../src/control/release/feature-state.ts'
import type { ReleaseEvent } from '../../../../src/control/release/release-event.ts'
import { transition } from '../../../../src/control/release/transition.ts'
import { lostEnds } from '../../../../src/control/server/snapshots/lost-ends.ts'
import type { FeatureState } from '../../../../src/records/feature.ts'
import { at, start } from '../../../support/store/state-arbitrary.ts'

const reason = 'loses dates'
const activate = (version: string): ReleaseEvent => ({ type: 'activate', version, reason })

/** What comes of these events, with those of before them. */
function states(...events: ReleaseEvent[]): FeatureState[] {
  let state = newFeature('summary')
  return events.map((event, index) => {
    state = transition(state, event, at(1000 * index))
    return state
  })
}

/** What is served after a store went back from the last of the states to the one `back` events before. */
function servedAfter(back: number, ...events: ReleaseEvent[]): [string | null, string | undefined] {
  const all = states(...events)
  const [before, now] = [all.at(-1), all.at(-1 - back)]
  assert.ok(before && now)
  const { active, rollout } = lostEnds(before, now).reduce((state, event) => transition(state, event, at(90_000)), now)
  return [active, rollout?.status]
}

test('what was taken back stays so in a state that has lost it', () => {
  const rollBack: ReleaseEvent = { type: 'rollBack', reason }
  const abort: ReleaseEvent = { type: 'abort', reason }
  assert.deepEqual(servedAfter(1, activate('a'), start('b'), rollBack), ['a', 'rolledBack'])
  assert.deepEqual(servedAfter(1, activate('a'), start('b'), abort), ['a', 'aborted'])
  assert.deepEqual(servedAfter(2, activate('a'), start('b'), rollBack, activate('c')), ['a', 'rolledBack'])
  assert.deepEqual(servedAfter(1, activate('a'), activate('b'), rollBack), ['a', undefined])
  assert.deepEqual(servedAfter(2, activate('a'), activate('b'), rollBack, start('c')), ['a', undefined])
  const incumbent: ReleaseEvent = { type: 'rollBack', from: 'b', reason }
  assert.deepEqual(servedAfter(1, activate('a'), activate('b'), start('c'), incumbent), ['a', 'aborted'])
})

test('what gave users something is not done again, and what is still there neither', () => {
  const promote: ReleaseEvent = { type: 'promote', reason }
  const pause: ReleaseEvent = { type: 'pause', reason }
  assert.deepEqual(servedAfter(1, activate('a'), start('b'), promote), ['a', 'running'])
  assert.deepEqual(servedAfter(1, activate('a'), activate('b')), ['a', undefined])
  assert.deepEqual(servedAfter(1, activate('a'), start('b'), pause), ['a', 'running'])
  const again = [activate('a'), start('b'), { type: 'rollBack', reason } as const, activate('b'), activate('c')]
  assert.deepEqual(servedAfter(1, ...again), ['b', 'rolledBack'])
})
