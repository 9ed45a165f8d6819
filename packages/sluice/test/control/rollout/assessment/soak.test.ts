import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  areOutcomesHeard,
  isOverdue,
  isSoaked,
  type Soak,
  soakAt,
} from '../../../../src/control/rollout/assessment/soak.ts'
import type { LastOutcomes } from '../../../../src/control/rollout/evidence/evidence.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { rolloutOf } from '../../../support/rollout/rollout-entries.ts'

const minute = 60_000
const settings = rolloutSettingsSchema.parse({
  stages: [
    { percent: 5, soak: '1h' },
    { percent: 50, soak: '1h' },
    { percent: 100, soak: '1h' },
  ],
})
const rollout = (more: Partial<Rollout> = {}): Rollout => ({ ...rolloutOf(settings), ...more })

interface Seen {
  /** In minutes. */
  at: number
  heard?: Partial<LastOutcomes> | null
  rollout?: Partial<Rollout>
}

/** Looks one after the other; both arms are heard of at each where nothing else is said. */
function soaked(looks: Seen[]): Soak & { minutes: number } {
  let before: Parameters<typeof soakAt>[0] = null
  for (const look of looks) {
    const at = look.at * minute
    const present = rollout(look.rollout)
    const none = { stage: present.stage, incumbent: null, canary: null }
    const heard = look.heard === null ? none : { ...none, incumbent: at, canary: at, ...look.heard }
    before = {
      soak: soakAt(before, { lastOutcomes: heard, rollout: present, at, everyMs: 1000 }),
      rollout: present,
      at,
    }
  }
  const soak = before?.soak as Soak
  return { ...soak, minutes: soak.soakedMs / minute }
}

const every = (from: number, to: number, more: Partial<Seen> = {}): Seen[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ at: from + i, ...more }))

test('time counts between looks while both arms are heard of', () => {
  assert.equal(soaked(every(0, 60)).minutes, 60)
  assert.ok(isSoaked(rollout(), soaked(every(0, 60))))
  assert.ok(!isSoaked(rollout(), soaked(every(0, 59))))
  const { counting, heardAt } = soaked(every(0, 9))
  assert.deepEqual([counting, heardAt], [true, 9 * minute])
})

test('outcomes that stay away stop the clock after a twelfth of the soak time', () => {
  const silent = every(11, 100, { heard: { incumbent: 10 * minute, canary: 10 * minute } })
  const found = soaked([...every(0, 10), ...silent])
  assert.deepEqual([found.minutes, found.counting, found.heardAt], [15, false, 10 * minute])
  assert.equal(soaked(every(0, 100, { heard: null })).minutes, 0, 'nothing was ever heard')
  for (const arm of ['incumbent', 'canary'])
    assert.equal(soaked([...every(0, 10), ...every(11, 100, { heard: { [arm]: 10 * minute } })]).minutes, 15, arm)
})

test('what was heard of another stage is nothing of this one', () => {
  const next = { rollout: { stage: 1, enteredAt: [0, 10 * minute] } }
  const looks = every(0, 10)
  assert.equal(soaked([...looks, ...every(11, 70, { ...next, heard: { stage: 0 } })]).minutes, 0)
  assert.equal(soaked([...looks, ...every(11, 70, next)]).minutes, 59)
})

test('where everybody has the canary nobody waits for incumbents', () => {
  const last = { rollout: { stage: 2, enteredAt: [0, 1, 2] }, heard: { incumbent: null } }
  assert.equal(soaked(every(0, 30, last)).minutes, 30)
})

test('a controller that was away has not watched, and steps of the clock are no time', () => {
  assert.equal(soaked([...every(0, 5), ...every(50, 55)]).minutes, 10)
  assert.equal(soaked([...every(100, 105), ...every(40, 45)]).minutes, 10, 'a step back')
  const stale = { heard: { incumbent: 105 * minute, canary: 105 * minute } }
  assert.equal(soaked([...every(100, 105), ...every(40, 45, stale)]).minutes, 5, 'what was heard in the future')
})

test('pauses are no soak time', () => {
  const paused = every(11, 40, { rollout: { status: 'paused', pausedAt: 10 * minute } })
  const resumed = every(41, 50, { rollout: { pausedMs: 30 * minute } })
  assert.equal(soaked([...every(0, 10), ...paused, ...resumed]).minutes, 19)
  assert.equal(soaked([{ at: 0 }, { at: 1.5, rollout: { pausedMs: minute } }]).minutes, 0.5, 'between two looks')
})

test('outcomes are heard in a pause too, up to the silence that would stop the clock', () => {
  const paused = rollout({ status: 'paused', pausedAt: 10 * minute })
  const soak = { ...soaked(every(0, 30)), counting: false }
  assert.ok(areOutcomesHeard(soak, paused, 35 * minute) && areOutcomesHeard(soak, paused, 25 * minute))
  assert.ok(!areOutcomesHeard(soak, paused, 35.1 * minute) && !areOutcomesHeard(soak, paused, 24.9 * minute))
  assert.ok(areOutcomesHeard({ ...soak, counting: true }, rollout(), 40 * minute), 'as the controller counts')
  assert.ok(!areOutcomesHeard({ ...soak, heardAt: null }, paused, 0))
})

test('a stage is overdue by the clock alone', () => {
  assert.ok(isOverdue(rollout(), 60 * minute) && !isOverdue(rollout(), 59 * minute))
  assert.ok(!isOverdue(rollout({ pausedMs: 5 * minute }), 64 * minute))
  const paused = rollout({ status: 'paused', pausedAt: 20 * minute, pausedMs: 5 * minute })
  assert.ok(!isOverdue(paused, 200 * minute), 'a pause that is under way is no time either')
})
