import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureAnswer, RolloutAnswer } from '../../../src/control/remote/answers.ts'
import { rolloutText } from '../../../src/control/remote/rollout-text.ts'
import { statusText } from '../../../src/control/remote/status.ts'
import { runningRollout as rollout } from './running-rollout.ts'

const minute = 60_000
const ended = { ...rollout, state: 'rolledBack', endedAt: 90 * minute, ending: { by: 'sluice', reason: 'worse' } }
const feature: FeatureAnswer = { feature: 'summary', revision: 7, active: 'aa', history: [], versions: [], rollout }

test('an assessment that is old, or stamped ahead of the clock, is said to be so', () => {
  const now = 10 * 60 * minute
  const of = (assessedAt: number) => rolloutText({ ...rollout, assessedAt }, [], now).replaceAll(/\n +/g, ' ')
  assert.doesNotMatch(of(now), /last assessed/)
  assert.match(of(now - 3 * minute), /last assessed 1 Jan 09:57Z: what you see is that old \(sluice status says/)
  assert.match(
    of(now + 60 * minute),
    /last assessed 1 Jan 11:00Z, by a clock that is ahead of this one: nobody knows how old what you see is \(sluice/,
  )
})

test('a rollout that nobody has assessed, or of which that is not known, does not look fresh', () => {
  const now = 60 * minute
  const shown = (more: Partial<RolloutAnswer>) => {
    const one = { ...rollout, ...more }
    const line = statusText({ features: [{ ...feature, rollout: one }], instances: null }, now).split('\n')[1] ?? ''
    return [rolloutText(one, [], now).replaceAll(/\n +/g, ' '), line]
  }
  for (const text of shown({ assessment: null, assessedAt: null }))
    assert.match(text, /no data of both arms yet.* not assessed yet: nobody looks at it( \(sluice status says|$)/s)
  for (const text of shown({ assessedAt: null })) assert.match(text, /when it was assessed is not known/)
  const { assessedAt, ...ofOlderServer } = rollout
  for (const text of [rolloutText(ofOlderServer, [], now), ...shown({ assessedAt: undefined })])
    assert.match(text, /when it was assessed is not known/)
  for (const text of shown({ assessment: null, assessedAt: null, startedAt: now + 5 * minute }))
    assert.match(text, /not assessed yet, and started by a clock that is ahead of this one/)
  const young = shown({ assessment: null, assessedAt: null, startedAt: now - minute })
  for (const text of [...young, ...shown({ ...ended, assessment: null, assessedAt: null })])
    assert.doesNotMatch(text, /assessed/)
})
