import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import type { Soak } from '../../../../src/control/rollout/assessment/soak.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000

const lasting = (soak: string, more: object = {}) => {
  const signals = { score: 0, errors: 1, slow: 0, safety: 0 }
  return rolloutOf(rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak }], signals, ...more }))
}

/** Of users who come once each, half of them to the canary; nothing fails. */
const requests = Array.from({ length: 300 }, (_, i) => {
  const canary = i % 2 === 0
  const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 100 }
  return entryOf(place, { kind: 'request' })
})
const evidence = replayed(lasting('1h'), requests).evidence

test('of a hold that began in silence it is said whether outcomes come again', () => {
  const of = { ...lasting('1h'), hold: 'insufficientData' as const }
  const wordsOf = (counting: boolean) => {
    const soak = { stage: 0, soakedMs: hour / 3, counting, heardAt: hour }
    const { decision, words, alerts } = assess(evidence, of, 2 * hour, { soak, heldSince: hour })
    assert.deepEqual(decision, { do: 'hold', why: 'insufficientData' })
    return [words.split(' Quality')[0], alerts.map(({ code }) => code)]
  }
  assert.deepEqual(wordsOf(false), [
    'Too little data to decide: no outcomes of both arms since 1970-01-01 01:00 UTC.',
    ['no-outcomes'],
  ])
  const again = 'the stage was watched for only 20 min, and outcomes arrive again'
  assert.deepEqual(wordsOf(true), [`Too little data to decide: ${again}.`, []])
})

test('of a canary of which no outcomes come the words say so, paused or not, and a pause raises no alarm', () => {
  const of = lasting('1h')
  const told = (rollout: Rollout, soak: Partial<Soak>) => {
    const known = { stage: 0, soakedMs: hour / 3, counting: false, heardAt: hour, ...soak }
    const { words, alerts } = assess(evidence, rollout, 2 * hour, { soak: known, heldSince: null })
    return [words.split(' Quality')[0], ...alerts.map(({ code }) => code)]
  }
  const calm = 'Nothing speaks against the canary so far.'
  const silent = `${calm} No outcomes of both arms since 1970-01-01 01:00 UTC: the canary is not watched.`
  const paused = { ...of, status: 'paused' as const, pausedAt: hour / 2 }
  assert.deepEqual(told(paused, { heardAt: 2 * hour }), [calm])
  assert.deepEqual(told(paused, {}), [silent])
  assert.deepEqual(told({ ...paused, pausedAt: 1.5 * hour }, {}), [silent], 'the stage was overdue before')
  const early = lasting('6h')
  assert.deepEqual(told(early, {}), [silent])
  assert.deepEqual(told(early, { counting: true }), [calm])
  assert.deepEqual(told(early, { heardAt: null }), [
    `${calm} No outcomes of both arms of this stage yet: the canary is not watched.`,
  ])
  const manual = lasting('1h', { advance: 'manual' })
  assert.deepEqual(told(manual, { soakedMs: hour }), [silent], 'it is soaked, and waits for a person')
  assert.deepEqual(told(manual, {}), [silent, 'no-outcomes'])
})

test('a stage that was watched for long enough is not left while no outcomes come', () => {
  for (const advance of ['soak', 'evidence']) {
    const two = [
      { percent: 50, soak: '1h' },
      { percent: 60, soak: '1h' },
    ]
    const of = lasting('1h', { stages: two, advance, minUsers: 20 })
    const decided = (counting: boolean) => {
      const soak = { stage: 0, soakedMs: hour, counting, heardAt: hour }
      return assess(evidence, of, 2 * hour, { soak, heldSince: null })
    }
    assert.equal(decided(true).decision.do, 'advance', advance)
    const silent = decided(false)
    assert.deepEqual(silent.decision, { do: 'continue' }, `${advance}: no hold, which bursts would end again and again`)
    assert.match(silent.words, /No outcomes of both arms since 1970-01-01 01:00 UTC: the canary is not watched/)
    assert.deepEqual(
      silent.figures?.missing.map(({ what }) => what),
      ['outcomes of both arms since they stopped'],
    )
    assert.equal(silent.figures?.nextStepAt, null)
  }
})
