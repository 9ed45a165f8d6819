import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastGood } from '../../../src/control/release/activation.ts'
import { newFeature } from '../../../src/control/release/feature-state.ts'
import { ReleaseConflict } from '../../../src/control/release/release-conflict.ts'
import type { ReleaseEvent } from '../../../src/control/release/release-event.ts'
import { hasEnded } from '../../../src/control/release/rollout-state.ts'
import { servedVersions } from '../../../src/control/release/snapshot.ts'
import { runningRollout, transition } from '../../../src/control/release/transition.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import { anyEvent, at } from '../../support/store/state-arbitrary.ts'

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

/** What somebody who takes back what is served says, having looked at `state`: as the command does. */
function meant(state: FeatureState): ReleaseEvent {
  const canary = runningRollout(state)?.canary
  // After another rollback the command names no version but the revision that it saw, and is refused either way.
  const from = canary ?? (state.takenBack ? 'nothing' : (state.active ?? 'nothing'))
  return { type: 'rollBack', reason: 'bad', from }
}

const commanders = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ who: fc.nat(2), does: fc.constant('looks' as const) }) },
    { weight: 3, arbitrary: fc.record({ who: fc.nat(2), does: fc.constant('takes back' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('another' as const), event: anyEvent }) },
  ),
  { minLength: 2, maxLength: 40 },
)

test('whoever takes things back, and however they interleave, nothing goes that nobody meant', () => {
  const property = fc.property(commanders, (steps) => {
    const begin: ReleaseEvent[] = ['a', 'b', 'c', 'd'].map((version) => ({ type: 'activate', version, reason: 'good' }))
    let state = begin.reduce((before, event) => transition(before, event, at(0)), newFeature('summary'))
    const seen = new Map<number, ReleaseEvent>()
    for (const step of steps) {
      if (step.does === 'looks') {
        seen.set(step.who, meant(state))
        continue
      }
      const event = step.does === 'another' ? step.event : seen.get(step.who)
      if (!event) continue
      const before = state
      try {
        state = transition(before, event, at(1000))
      } catch (error) {
        if (!(error instanceof ReleaseConflict)) throw error
      }
      if (state === before || step.does === 'another') continue
      const gone = servedVersions(before).filter((version) => !servedVersions(state).includes(version))
      const named = event.type === 'rollBack' ? event.from : undefined
      assert.ok(gone.includes(named ?? ''), `${gone} went, ${named} was meant`)
      // Beside what was meant at most the canary of it goes.
      assert.ok(gone.every((version) => version === named || version === runningRollout(before)?.canary))
    }
  })
  fc.assert(property, { seed: 11, numRuns: 3000 })
})
