import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import { defaultRolloutSettings } from '../../../../src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../../../../src/stats/random.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'

const stages = [100_000, 300_000].map((ppm) => ({ ppm, soakMs: 3_600_000 }))
const rates = { incumbent: 0.1, canary: 1 }

/**
 * A canary like its incumbent, whose 400 users come ten times in each of two stages. Every second request sends its content along;
 * of those a tenth of the incumbents' is judged, and all of the canary's.
 */
function playedWith(seed: number, { told }: { told: boolean }) {
  const { uniform } = seededRandom(seed)
  const rollout = rolloutOf({ ...defaultRolloutSettings, stages })
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  let seq = 0
  const users = Array.from({ length: 400 }, (_, index) => ({ id: `${index}`, position: Math.floor(uniform() * 1e6) }))
  for (let visit = 0; visit < 8_000; visit += 1) {
    const user = users[Math.floor(uniform() * users.length)] ?? { id: '', position: 0 }
    const stage = visit < 4_000 ? 0 : 1
    const canary = user.position < (stages[stage]?.ppm ?? 0)
    const see = (content: Parameters<typeof entryOf>[1]) => {
      seq += 1
      const entry = { ...entryOf({ user, canary, stage, at: seq }, content), seq }
      memory.set(user.id, observe(evidence, rollout, entry, memory.get(user.id) ?? {}))
    }
    const captured = uniform() < 0.5
    see({ kind: 'request', id: `r${visit}`, ...(told && { captured }) })
    const [arm, other] = canary ? (['canary', 'incumbent'] as const) : (['incumbent', 'canary'] as const)
    if (!captured || uniform() >= rates[arm]) continue
    const sampling = { sampled: rates[arm] / 2, sampledOther: rates[other] / 2 }
    see({ kind: 'score', of: `r${visit}`, score: uniform(), ...sampling })
  }
  return { ...assess(evidence, rollout, seq), users: evidence.sums.score.users }
}

test('arms that are judged at different rates match, also where users come back', () => {
  const runs = Array.from({ length: 25 }, (_, seed) => playedWith(seed + 1, { told: true }))
  assert.ok(runs.filter(({ mismatch }) => mismatch.blocked).length <= 1)
  assert.ok(runs.filter(({ decision }) => decision.do === 'rollBack').length <= 3)
  for (const { users } of runs) assert.ok(users.canary > 60 && users.incumbent > 30, JSON.stringify(users))
})

test('without knowing which requests could have been judged, returning users would make them mismatch', () => {
  const runs = Array.from({ length: 10 }, (_, seed) => playedWith(seed + 1, { told: false }))
  assert.ok(runs.filter(({ mismatch }) => mismatch.blocked).length >= 8)
})

test('only the score of the first request of a randomisation that sent its content counts', () => {
  const rollout = rolloutOf({ ...defaultRolloutSettings, stages })
  const evidence = newEvidence(rollout)
  const user = { id: 'ann', position: 999_999 }
  let memory: UnitMemory = {}
  let seq = 0
  const see = (stage: number, content: Parameters<typeof entryOf>[1]) => {
    seq += 1
    memory = observe(evidence, rollout, { ...entryOf({ user, canary: false, stage, at: seq }, content), seq }, memory)
  }
  const counted = () => evidence.sums.score.users.incumbent
  see(0, { kind: 'request', id: 'a' })
  see(0, { kind: 'request', id: 'b', captured: true })
  see(0, { kind: 'request', id: 'c', captured: true })
  see(0, { kind: 'score', of: 'c', score: 0.5 })
  assert.equal(counted(), 0)
  see(0, { kind: 'score', of: 'b', score: 0.5 })
  see(0, { kind: 'score', of: 'b', score: 0.5 })
  assert.equal(counted(), 1)
  see(1, { kind: 'request', id: 'd', captured: true })
  see(1, { kind: 'score', of: 'd', score: 0.5 })
  assert.equal(counted(), 2)
})

test('a score that comes late, after the next randomisation, counts in the arm and the stage that it is of', () => {
  const rollout = rolloutOf({ ...defaultRolloutSettings, stages })
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  let seq = 0
  const see = (position: number, stage: number, content: Parameters<typeof entryOf>[1]) => {
    seq += 1
    const canary = position < (stages[stage]?.ppm ?? 0)
    const user = { id: `${position}`, position }
    const entry = { ...entryOf({ user, canary, stage, at: seq }, content), seq }
    memory.set(user.id, observe(evidence, rollout, entry, memory.get(user.id) ?? {}))
  }
  // Ann stays an incumbent, Bob becomes the canary's, Carl is from the start.
  const [ann, bob, carl] = [900_000, 200_000, 5]
  const ask = (position: number, stage: number) =>
    see(position, stage, { kind: 'request', id: `${position}-${stage}`, captured: true })
  const judge = (position: number, stage: number) =>
    see(position, stage, { kind: 'score', of: `${position}-${stage}`, score: 0.5 })
  for (const stage of [0, 1]) for (const position of [ann, bob, carl]) ask(position, stage)
  const counted = () => ({ ...evidence.sums.score.users })
  judge(ann, 0)
  judge(bob, 0)
  assert.deepEqual(counted(), { incumbent: 2, canary: 0 })
  judge(carl, 0)
  assert.deepEqual(counted(), { incumbent: 2, canary: 1 })
  judge(ann, 1)
  judge(bob, 1)
  assert.deepEqual(counted(), { incumbent: 3, canary: 2 })
  for (const position of [ann, bob, carl]) for (const stage of [0, 1]) judge(position, stage)
  assert.deepEqual(counted(), { incumbent: 3, canary: 2 }, 'none counts twice')
  assert.equal(memory.get(`${bob}`)?.candidates, undefined)
})
