import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolloutConsequence, startConsequence } from '../../../src/control/words/act-text.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'

const rollout: Rollout = {
  ...{ id: 'r-1', feature: 'f', incumbent: 'a', canary: 'b', algorithm: 'murmur3-x86-32/ppm', salt: '00' },
  ...{ settings: defaultRolloutSettings, stage: 1, enteredAt: [0, 1], pausedMs: 0, pausedAt: null, status: 'running' },
  ...{
    hold: null,
    startedAt: Date.UTC(2026, 10, 24, 9),
    startedBy: 'ann',
    override: null,
    endedAt: null,
    ending: null,
  },
} as Rollout
const names = { canary: '1.1', incumbent: '1.0' }
const users = { canary: 1840, incumbent: 34_960 }
const first = (...[act, facts]: Parameters<typeof rolloutConsequence>) => rolloutConsequence(act, facts).first

test('the consequence of an act is in figures, and an estimate says that it is one', () => {
  const facts = { rollout, names, users }
  assert.equal(
    first('rollback', { ...facts, rollout: { ...rollout, stage: 0 } }),
    '1,840 of 36,800 users get 1.0 again.',
  )
  // With a stage users move, and are counted in both arms.
  assert.equal(first('rollback', facts), '1,840 of at most 36,800 users get 1.0 again.')
  assert.equal(
    first('advance', facts),
    '25 % of the users get 1.1, 5 % before: about 7,360 users more (estimated: 20 % of the 36,800 seen).',
  )
  assert.equal(
    first('promote', facts),
    'Everybody gets 1.1: about 34,960 users more (estimated: 95 % of the 36,800 seen).',
  )
  assert.match(rolloutConsequence('pause', facts).more.join(' '), /still rolled back by itself/)
})

test('where no user was counted, no number is given', () => {
  const facts = { rollout, names, users: null }
  assert.equal(first('abort', facts), '5 % of the users get 1.0 again; how many that is, is not known.')
  const everybody = 'Everybody gets 1.1; how many users that is, is not known.'
  assert.equal(first('promote', facts), everybody)
  const nobody = { ...facts, users: { canary: 0, incumbent: 0 } }
  assert.equal(first('promote', nobody), everybody)
  assert.match(rolloutConsequence('rollback', nobody).first, /^5 % of the users get 1\.0 again; how many/)
  assert.match(rolloutConsequence('rollback', nobody).more.join(' '), /No outcome has been counted since it began/)
})

test('a start says how many users begin, and what happens by itself', () => {
  const { first, more } = startConsequence({
    ...{ active: '1.0', version: '1.1', traffic: { users: 36_800, hours: 168 }, settings: defaultRolloutSettings },
    ...{ judging: 'Judged: 10 %.', judges: true },
  })
  assert.equal(
    first,
    '1 % of the users get 1.1: about 368 users (estimated: 1 % of the 36,800 seen in the last 7 days); all others keep 1.0.',
  )
  assert.match(more.join(' '), /1 % for 4 h, 5 % for 8 h, .*then everybody.* Judged: 10 %\.$/)
})

test('a canary whose quality nobody watches is not said to be promoted weakly when its patience ends', () => {
  const rule = (judges: boolean | null) =>
    startConsequence({
      ...{ active: '1.0', version: '1.1', traffic: null, settings: defaultRolloutSettings, judging: '', judges },
    }).more.join(' ')
  assert.match(rule(true), /If nothing is decided within .*, it is promoted weakly if it qualifies/)
  assert.match(rule(false), /If nothing is decided within .*, it is held for a person/)
})

test('a start names each setting that is not as usual, whichever it is, and promises no rollback that nothing makes', () => {
  const moreOf = (settings: Partial<typeof defaultRolloutSettings>) =>
    startConsequence({
      ...{ active: '1.0', version: '1.1', traffic: null, judging: 'Judged: 10 %.', judges: true },
      settings: { ...defaultRolloutSettings, ...settings },
    }).more.join(' ')
  assert.doesNotMatch(moreOf({}), /as usual|time alone/)
  const others = { alpha: 1e-9, tolerance: 1, margin: 0.5, quietHours: ['22:00-06:00'], slowMs: 3000, minUsers: 1 }
  assert.match(
    moreOf({ ...others, mismatchPatience: 864_000_000 }),
    /not as usual: alpha 1e-9 \(0\.05\), tolerance 1 \(0\), margin 0\.5 \(0\.05\), minUsers 1 \(100\), quietHours 22:00-06:00 \(none\), slowMs 3000 \(not set\), mismatchPatience 10 days \(not set\)\.$/,
  )
  assert.match(moreOf({ advance: 'soak' }), /then everybody; each step by time alone, whatever is known by then\./)
  const none = { score: 0, errors: 0, slow: 0, safety: 0, feedback: 0 }
  const silent = moreOf({ signals: none })
  assert.match(silent, /No signal has a weight, so nothing rolls it back but a person\..*signals\.score 0 \(0\.4\)/)
  assert.doesNotMatch(silent, /rolled back by itself/)
})
