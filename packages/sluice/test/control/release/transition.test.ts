import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newFeature } from '../../../src/control/release/feature-state.ts'
import { type ConflictCode, ReleaseConflict } from '../../../src/control/release/release-conflict.ts'
import type { ReleaseEvent } from '../../../src/control/release/release-event.ts'
import { rolloutState, runningMs, sharePpm } from '../../../src/control/release/rollout-state.ts'
import { transition } from '../../../src/control/release/transition.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { at, start } from '../../support/store/state-arbitrary.ts'

const reason = 'because'
const activate = (version: string): ReleaseEvent => ({ type: 'activate', version, reason })
const rollBack = (to?: string): ReleaseEvent => ({ type: 'rollBack', reason, ...(to && { to }) })
const rollBackOf = (from: string, to?: string): ReleaseEvent => ({ type: 'rollBack', from, reason, ...(to && { to }) })
const [advance, pause, resume, promote, abort] = (['advance', 'pause', 'resume', 'promote', 'abort'] as const).map(
  (type): ReleaseEvent => ({ type, reason }),
) as [ReleaseEvent, ReleaseEvent, ReleaseEvent, ReleaseEvent, ReleaseEvent]

/** What a new feature becomes by these events, one a second. */
function after(...events: ReleaseEvent[]): FeatureState {
  return events.reduce((state, event, index) => transition(state, event, at(1000 * index)), newFeature('summary'))
}

function refused(conflict: ConflictCode, ...events: ReleaseEvent[]): void {
  const last = events.pop()!
  const before = after(...events)
  const kept = structuredClone(before)
  assert.throws(
    () => transition(before, last, at(99_000)),
    (error: unknown) => error instanceof ReleaseConflict && error.conflict === conflict && error.exitCode === 1,
  )
  assert.deepEqual(before, kept, 'a refused event leaves no trace')
}

test('an activation is what everybody gets, and the history tells since when', () => {
  const state = after(activate('a'), activate('b'))
  assert.equal(state.active, 'b')
  assert.deepEqual(state.history, [
    { version: 'a', since: 0, until: 1000, ended: 'replaced', promoted: false },
    { version: 'b', since: 1000, until: null, ended: null, promoted: false },
  ])
})

test('the history keeps the last 100', () => {
  const events = Array.from({ length: 130 }, (_, index) => activate(`v${index}`))
  const { history } = after(...events)
  assert.equal(history.length, 100)
  assert.equal(history[0]?.version, 'v30')
})

test('a rollout goes through its stages, and a promotion makes the canary what everybody gets', () => {
  const begun = after(activate('a'), start('b'))
  assert.equal(begun.active, 'a')
  assert.equal(sharePpm(begun.rollout!), 10_000)
  const last = after(activate('a'), start('b'), advance, advance)
  assert.equal(sharePpm(last.rollout!), 500_000)
  assert.deepEqual(last.rollout?.enteredAt, [1000, 2000, 3000])
  const promoted = transition(last, promote, at(9000))
  assert.equal(promoted.active, 'b')
  assert.equal(promoted.rollout?.status, 'promoted')
  assert.deepEqual(promoted.rollout?.ending, { by: 'anna', reason, evidence: null })
  assert.equal(promoted.history.at(-1)?.promoted, true)
})

test('paused time is kept apart, also where the clock steps back', () => {
  const paused = after(activate('a'), start('b'), pause)
  assert.equal(rolloutState(paused.rollout!), 'paused')
  assert.equal(transition(paused, resume, at(62_000)).rollout?.pausedMs, 60_000)
  assert.equal(transition(paused, resume, at(1000)).rollout?.pausedMs, 0)
  const again = transition(transition(paused, resume, at(62_000)), advance, at(70_000))
  assert.equal(again.rollout?.pausedMs, 0, 'the next stage starts afresh')
  const running = (state: FeatureState, ms: number) => runningMs(state.rollout!, ms) - runningMs(state.rollout!, 0)
  assert.equal(again.rollout?.pausedBeforeMs, 60_000)
  assert.equal(runningMs(again.rollout!, 100_000), 100_000 - again.rollout!.startedAt - 60_000)
  assert.equal(running(paused, 100_000), 0, 'while paused time stands still')
})

test('a rollback of a canary leaves everybody with the incumbent, and is final', () => {
  const state = after(activate('a'), start('b'), advance, rollBack())
  assert.equal(state.active, 'a')
  assert.equal(state.rollout?.status, 'rolledBack')
  assert.deepEqual(state.rolledBack, ['b'])
  for (const event of [advance, pause, resume, promote, abort])
    assert.throws(() => transition(state, event, at(0)), { conflict: 'no-rollout' })
})

test('a rollback goes to the last version that was good, past those that were rolled back', () => {
  assert.equal(after(activate('a'), activate('b'), rollBack()).active, 'a')
  assert.equal(after(activate('a'), activate('b'), activate('c'), rollBack(), rollBackOf('b')).active, 'a')
  assert.equal(after(activate('a'), start('b'), promote, start('c'), promote, rollBack()).active, 'b')
  const canaryOfOld = [activate('a'), activate('b'), activate('c'), start('b'), rollBack(), rollBackOf('c')]
  assert.equal(after(...canaryOfOld).active, 'a', 'b failed as a canary meanwhile')
})

test('a rollback may name where to go, also out of a rollout', () => {
  assert.equal(after(activate('a'), activate('b'), activate('c'), rollBack('a')).active, 'a')
  const state = after(activate('a'), activate('b'), start('c'), rollBack('a'))
  assert.equal(state.active, 'a')
  assert.equal(state.rollout?.status, 'rolledBack')
  assert.deepEqual(state.rolledBack, ['c', 'b'])
  assert.equal(
    after(activate('a'), start('b'), rollBack('a')).history.at(-1)?.until,
    null,
    'the incumbent had no incident',
  )
})

test('a rollback that names what it takes back finds nothing once that is gone', () => {
  const canary = [activate('a'), activate('b'), start('c')]
  assert.equal(after(...canary, rollBackOf('c')).active, 'b')
  refused('not-served', ...canary, rollBackOf('c'), rollBackOf('c'))
  refused('not-served', ...canary, abort, rollBackOf('c'))
  refused('not-served', activate('a'), activate('b'), rollBack(), rollBackOf('b', 'a'))
  assert.equal(after(...canary, promote, rollBackOf('c')).active, 'b', 'promoted meanwhile, and still meant')
  assert.equal(after(...canary, rollBack(), rollBackOf('b')).active, 'a', 'meant by its name')
  assert.equal(after(...canary, rollBack(), activate('d'), rollBack()).active, 'b', 'something else came between')
  refused('already-rolled-back', ...canary, abort, rollBack())
  assert.equal(after(...canary, abort, rollBackOf('b')).active, 'a')
})

test('the incumbent may be taken back while a canary is under way: that ends unjudged', () => {
  const state = after(activate('a'), activate('b'), start('c'), rollBackOf('b'))
  assert.deepEqual([state.active, state.rollout?.status, state.rolledBack], ['a', 'aborted', ['b']])
})

test('what a rollback marked is good again after a promotion, or a day that ended without an incident', () => {
  const falseAlarm = [activate('a'), start('b', 'r1'), rollBack(), start('b', 'r2'), promote]
  assert.deepEqual(after(...falseAlarm).rolledBack, [])
  assert.equal(after(...falseAlarm, start('c'), promote, rollBack()).active, 'b')
  assert.deepEqual(after(...falseAlarm, rollBack()).rolledBack, ['b'], 'a new incident marks it again')

  const byHand = after(activate('a'), activate('b'), rollBack(), activate('b'))
  const [hour, day] = [3_600_000, 24 * 3_600_000]
  assert.deepEqual(transition(byHand, activate('c'), at(3000 + hour)).rolledBack, ['b'])
  const replaced = transition(byHand, activate('c'), at(3000 + day))
  assert.deepEqual(replaced.rolledBack, [])
  assert.equal(transition(replaced, rollBack(), at(4000 + day)).active, 'b')
})

test('an abort judges nobody', () => {
  const state = after(activate('a'), start('b'), abort)
  assert.equal(state.active, 'a')
  assert.equal(state.rollout?.status, 'aborted')
  assert.deepEqual(state.rolledBack, [])
})

test('a hold is shown and ends with the stage', () => {
  const held = after(activate('a'), start('b'), { type: 'hold', why: 'insufficientData', reason })
  assert.equal(rolloutState(held.rollout!), 'insufficientData')
  assert.equal(transition(held, advance, at(9000)).rollout?.hold, null)
})

test('what the state does not allow is refused by name', () => {
  refused('rollout-running', activate('a'), start('b'), activate('c'))
  refused('rollout-running', activate('a'), start('b'), start('c'))
  refused('same-version', activate('a'), activate('a'))
  refused('same-version', activate('a'), start('a'))
  refused('same-version', activate('a'), activate('b'), rollBack('b'))
  refused('nothing-active', start('a'))
  refused('nothing-active', rollBack())
  refused('no-good-version', activate('a'), rollBack())
  refused('no-good-version', activate('a'), activate('b'), rollBack(), rollBackOf('a'))
  refused('already-rolled-back', activate('a'), activate('b'), rollBack(), rollBack())
  refused('already-rolled-back', activate('a'), activate('b'), start('c'), rollBack(), rollBack())
  refused('rolled-back-version', activate('a'), activate('b'), rollBack(), activate('c'), rollBack('b'))
  refused('rolled-back-version', activate('a'), start('b'), rollBack('b'))
  refused('no-rollout', activate('a'), promote)
  refused('last-stage', activate('a'), start('b'), advance, advance, advance)
  refused('not-paused', activate('a'), start('b'), resume)
  for (const event of [pause, advance, promote]) refused('paused', activate('a'), start('b'), pause, event)
  refused('no-change', activate('a'), start('b'), { type: 'hold', why: null, reason })
})

test('an event meant for another rollout or stage changes nothing', () => {
  refused('other-rollout', activate('a'), start('b', 'first'), abort, start('c'), {
    type: 'rollBack',
    rolloutId: 'first',
    reason,
  })
  refused('other-rollout', activate('a'), { type: 'promote', rolloutId: 'first', reason })
  refused('other-stage', activate('a'), start('b'), advance, { type: 'advance', stage: 0, reason })
  assert.equal(after(activate('a'), start('b'), { type: 'advance', stage: 0, reason }).rollout?.stage, 1)
})

test('a rollout is superseded only where that is asked for', () => {
  const state = after(activate('a'), start('b', 'first'), start('c', 'second', true))
  assert.equal(state.rollout?.id, 'second')
  assert.equal(state.rollout?.incumbent, 'a')
  const [{ id, status, ending }] = state.pastRollouts as [Rollout]
  assert.deepEqual([id, status, ending?.reason], ['first', 'superseded', 'superseded by second'])
})

test('the last rollouts are remembered as they ended', () => {
  const rounds = Array.from({ length: 13 }, (_, index) => [start('b', `r${index}`), abort])
  const { pastRollouts, rollout } = after(activate('a'), ...rounds.flat())
  assert.equal(rollout?.id, 'r12')
  assert.deepEqual(
    pastRollouts.map(({ id, status }) => `${id} ${status}`),
    Array.from({ length: 10 }, (_, index) => `r${index + 2} aborted`),
  )
})
