import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../src/control/rollout/assessment/assess.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { replayed } from '../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../support/rollout/rollout-entries.ts'

const hour = 3_600_000

function rolloutAt(percents: readonly number[], stage: number) {
  const stages = percents.map((percent) => ({ percent, soak: '1h' }))
  const signals = { score: 1, errors: 0, slow: 0, safety: 0 }
  const rollout = rolloutOf(rolloutSettingsSchema.parse({ stages, signals }))
  return { ...rollout, stage, enteredAt: percents.slice(0, stage + 1).map((_, i) => 2 * i * hour) }
}

/** Users who come once each, every second one to the canary where there are two arms. */
function visits(count: number, { stage, everybody = false }: { stage: number; everybody?: boolean }): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = everybody || i % 2 === 0
    const user = { id: `${stage}-${i}`, position: canary ? 100 : 900_000 }
    const place = { user, canary, stage, at: 2 * stage * hour + i * 5000 }
    return [
      entryOf(place, { kind: 'request' }),
      entryOf(place, { kind: 'score', score: 0.3 + (Math.floor(i / 2) % 10) / 15 }),
    ]
  }).flat()
}

function decisionOn(log: LogEntry[], percents: readonly number[], stage: number) {
  const rollout = rolloutAt(percents, stage)
  const now = (2 * stage + 1.5) * hour
  return assess(replayed(rollout, log).evidence, rollout, now, watched(rollout, now)).decision
}

test('what was proven while there were two arms stands in a last stage that is everybody', () => {
  const log = [...visits(600, { stage: 0 }), ...visits(100, { stage: 1, everybody: true })]
  assert.deepEqual(decisionOn(log, [50, 100], 1), { do: 'promote', strength: 'strong' })
})

test('the stage before it is left by proof, since nothing can be compared after it', () => {
  assert.deepEqual(decisionOn(visits(600, { stage: 0 }), [50, 100], 0), { do: 'advance' })
  assert.deepEqual(decisionOn(visits(60, { stage: 0 }), [50, 100], 0), { do: 'continue' })
  assert.deepEqual(decisionOn(visits(60, { stage: 0 }), [50, 60, 100], 0), { do: 'advance' })
})

test('who leaves out the stage in which it would be proven has no proof', () => {
  const log = [...visits(600, { stage: 0 }), ...visits(200, { stage: 2, everybody: true })]
  assert.deepEqual(decisionOn(log, [50, 60, 100], 2), { do: 'continue' })
})
