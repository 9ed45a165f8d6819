import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Decision } from '../../src/rollout/assessment.ts'
import { eventOf } from '../../src/rollout/decide-event.ts'
import { unwatched } from '../../src/rollout/soak.ts'
import { rollout as sampleRollout, start } from '../store/contract/samples.ts'
import { countingEngine } from './controller/counting-engine.ts'

const rollout = sampleRollout('r1', 'mail')
const engine = countingEngine()
const blank = engine.assess(engine.newEvidence(rollout), rollout, start, {
  soak: unwatched(rollout),
  heldSince: null,
})
const on = (decision: Decision) => ({ ...blank, decision })

test('while paused nothing happens by itself but a rollback', () => {
  const paused = { ...rollout, status: 'paused' as const, pausedAt: start }
  for (const decision of [{ do: 'advance' }, { do: 'promote' }, { do: 'hold', why: 'inconclusive' }] as const)
    assert.equal(eventOf(paused, on(decision), start), undefined)
  assert.equal(eventOf(paused, on({ do: 'rollBack' }), start)?.type, 'rollBack')
})

test('an advance names the stage that it leaves, a rollback the rollout, and both their evidence', () => {
  const advance = eventOf(rollout, on({ do: 'advance' }), start)
  assert.partialDeepStrictEqual(advance, { type: 'advance', rolloutId: 'r1', stage: 0, reason: blank.words })
  assert.partialDeepStrictEqual(eventOf(rollout, on({ do: 'rollBack' }), start), {
    rolloutId: 'r1',
    evidence: { logE: 0 },
  })
})

test('time alone leads on, but not while tokens disagree', () => {
  const bySoak = { ...rollout, settings: { ...rollout.settings, advance: 'soak' as const, minUsers: 0 } }
  const soak = { stage: rollout.stage, soakedMs: 1e12, counting: true, heardAt: start }
  const at = (decision: Decision) => eventOf(bySoak, { ...on(decision), soak }, start + 1e12)
  assert.match(at({ do: 'continue' })?.type ?? '', /advance|promote/)
  assert.match(at({ do: 'hold', why: 'insufficientData' })?.type ?? '', /advance|promote/)
  assert.partialDeepStrictEqual(at({ do: 'hold', why: 'inconclusive' }), { type: 'hold', why: 'inconclusive' })
})

test('a hold is noted when it begins and when it ends, not in between', () => {
  const held = { ...rollout, hold: 'inconclusive' as const }
  assert.partialDeepStrictEqual(eventOf(rollout, on({ do: 'hold', why: 'inconclusive' }), start), {
    why: 'inconclusive',
  })
  assert.equal(eventOf(held, on({ do: 'hold', why: 'inconclusive' }), start), undefined)
  assert.partialDeepStrictEqual(eventOf(held, on({ do: 'continue' }), start), { type: 'hold', why: null })
})
