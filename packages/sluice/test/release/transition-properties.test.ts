import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastGood } from '../../src/release/activation.ts'
import { type FeatureState, newFeature } from '../../src/release/feature-state.ts'
import { ReleaseConflict } from '../../src/release/release-conflict.ts'
import type { ReleaseEvent } from '../../src/release/release-event.ts'
import { hasEnded } from '../../src/release/rollout.ts'
import { servedVersions } from '../../src/release/snapshot.ts'
import { runningRollout, transition } from '../../src/release/transition.ts'
import { anyEvent, at } from './state-arbitrary.ts'

const sequences = fc.array(anyEvent, { minLength: 1, maxLength: 40 })

/** Plays the events, a second apart, and shows every step that was not refused. */
function play(events: ReleaseEvent[], step: (before: FeatureState, event: ReleaseEvent, next: FeatureState) => void) {
  let state = newFeature('summary')
  for (const [index, event] of events.entries()) {
    try {
      const next = transition(state, event, at(1000 * index))
      step(state, event, next)
      state = next
    } catch (error) {
      if (!(error instanceof ReleaseConflict)) throw error
    }
  }
}

function holds(step: (before: FeatureState, event: ReleaseEvent, next: FeatureState) => void): void {
  fc.assert(
    fc.property(sequences, (events) => play(events, step)),
    { seed: 5, numRuns: 2000 },
  )
}

test('no sequence of events leads to an illegal state', () => {
  holds((_, __, { active, history, rollout, rolledBack }) => {
    assert.deepEqual(
      history.filter(({ until }) => until === null).map(({ version }) => version),
      [active],
      'exactly the active version is open',
    )
    for (const { until, ended } of history) assert.equal(until === null, ended === null)
    assert.equal(new Set(rolledBack).size, rolledBack.length)
    if (!rollout) return
    assert.notEqual(rollout.incumbent, rollout.canary)
    assert.equal(rollout.enteredAt.length, rollout.stage + 1)
    assert.ok(rollout.stage < rollout.settings.stages.length)
    assert.equal(rollout.status === 'paused', rollout.pausedAt !== null)
    assert.equal(hasEnded(rollout), rollout.endedAt !== null && rollout.ending !== null)
    if (!hasEnded(rollout)) assert.equal(rollout.incumbent, active, 'a canary is compared with what is active')
  })
})

test('an end is final', () => {
  holds(({ rollout }, _, next) => {
    assert.ok(next.pastRollouts.every(hasEnded))
    if (!rollout || !hasEnded(rollout)) return
    const kept = [next.rollout, ...next.pastRollouts].find((one) => one?.id === rollout.id)
    assert.deepEqual(kept, rollout)
  })
})

test('the stage of a rollout never goes down, and goes up by one', () => {
  holds(({ rollout }, { type }, next) => {
    if (rollout && next.rollout?.id === rollout.id)
      assert.equal(next.rollout.stage - rollout.stage, type === 'advance' ? 1 : 0)
  })
})

test('a rollback leaves neither the version that it was for nor any that was rolled back before', () => {
  holds((before, event, next) => {
    if (event.type !== 'rollBack') return
    const canary = runningRollout(before)?.canary
    assert.ok(!servedVersions(next).includes(canary ?? before.active!))
    if (next.active !== before.active) assert.ok(!before.rolledBack.includes(next.active!))
    assert.ok(!next.rolledBack.includes(lastGood(next) ?? ''))
  })
})
