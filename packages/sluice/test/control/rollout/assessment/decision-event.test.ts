import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Decision } from '../../../../src/control/rollout/assessment/assessment.ts'
import { eventOf } from '../../../../src/control/rollout/assessment/decision.ts'
import { unwatched } from '../../../../src/control/rollout/assessment/soak.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { rollout as sampleRollout, start } from '../../../support/store/store-samples.ts'

const rollout = sampleRollout('r1', 'mail')
const engine = countingEngine()
const blank = engine.assess(engine.newEvidence(rollout), rollout, start, {
  soak: unwatched(rollout),
  heldSince: null,
})
const on = (decision: Decision) => ({ ...blank, decision })

test('while paused nothing happens by itself but a rollback', () => {
  const paused = { ...rollout, status: 'paused' as const, pausedAt: start }
  for (const decision of [
    { do: 'advance' },
    { do: 'promote', strength: 'weak' },
    { do: 'hold', why: 'inconclusive' },
  ] as const)
    assert.equal(eventOf(paused, on(decision)), undefined)
  assert.equal(eventOf(paused, on({ do: 'rollBack', why: 'evidence' }))?.type, 'rollBack')
})

test('an advance names the stage that it leaves, a rollback the rollout, and both their evidence', () => {
  const advance = eventOf(rollout, on({ do: 'advance' }))
  assert.partialDeepStrictEqual(advance, { type: 'advance', rolloutId: 'r1', stage: 0, reason: blank.words })
  assert.partialDeepStrictEqual(eventOf(rollout, on({ do: 'promote', strength: 'weak' })), { strength: 'weak' })
  assert.partialDeepStrictEqual(eventOf(rollout, on({ do: 'rollBack', why: 'undecided' })), {
    rolloutId: 'r1',
    why: 'undecided',
    evidence: { logE: 0 },
  })
})

test('a hold is noted when it begins and when it ends, not in between', () => {
  const held = { ...rollout, hold: 'inconclusive' as const }
  assert.partialDeepStrictEqual(eventOf(rollout, on({ do: 'hold', why: 'inconclusive' })), {
    why: 'inconclusive',
  })
  assert.equal(eventOf(held, on({ do: 'hold', why: 'inconclusive' })), undefined)
  assert.partialDeepStrictEqual(eventOf(held, on({ do: 'continue' })), { type: 'hold', why: null })
})
