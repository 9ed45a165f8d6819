import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import { restartedLogE } from '../../../../src/control/rollout/statistics/e-value.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { flagRatios } from '../../../../src/stats/index.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'
import { halved, playReturning } from '../returning.ts'

const minute = 60_000
const rollout = rolloutOf(rolloutSettingsSchema.parse(halved({ slow: 1 }, { slowMs: 1000 })))

interface Asked {
  canary?: boolean
  at: number
  instance?: string | null
}

/** Evidence of one request after the other. */
function world() {
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  let seq = 0
  const ask = (id: string, { canary = true, at, instance = null }: Asked) => {
    seq += 1
    const place = { user: { id, position: canary ? 100 : 900_000 }, canary, stage: 0, at }
    const entry = { ...entryOf(place, { kind: 'request', latencyMs: 9000, costUsd: 1, instance }), seq }
    memory.set(id, observe(evidence, rollout, entry, memory.get(id) ?? {}))
  }
  const { slow, stalled, slowAny } = evidence.sums.flags
  const compared = () => [slow, stalled, slowAny].map(({ stage }) => stage.canary.flagged)
  /** The stage is older than 15 minutes, the canary was asked more than 30 times, Ann and Bob were there before. */
  const warm = () => {
    ask('ann', { at: 0 })
    ask('bob', { at: 0, canary: false })
    for (let i = 0; i < 30; i += 1) ask('carl', { at: 15 * minute - 1 })
    ask('bob', { at: 15 * minute - 1, canary: false })
  }
  return { ask, warm, compared, evidence }
}

test('a user who was seen before, of an arm that is in use, is compared', () => {
  const { ask, warm, compared } = world()
  warm()
  assert.deepEqual(compared(), [0, 0, 0])
  ask('ann', { at: 15 * minute })
  assert.deepEqual(compared(), [1, 1, 1])
})

test('nothing is compared in the first quarter of an hour of a stage, nor among the first 30 requests of the canary', () => {
  const { ask, compared } = world()
  for (let i = 0; i < 40; i += 1) ask('ann', { at: 15 * minute - 1 })
  assert.deepEqual(compared(), [0, 0, 0])
  const late = world()
  late.ask('bob', { at: 0, canary: false })
  for (let i = 0; i < 30; i += 1) late.ask('ann', { at: 20 * minute + i })
  assert.deepEqual(late.compared(), [0, 0, 0])
  late.ask('ann', { at: 21 * minute })
  assert.deepEqual(late.compared(), [1, 1, 1])
})

test("a user's first request, one to an idle arm and one to a new process are compared with all, and not with the settled", () => {
  const first = world()
  first.warm()
  first.ask('dora', { at: 15 * minute })
  assert.deepEqual(first.compared(), [0, 0, 1])

  const idle = world()
  idle.warm()
  idle.ask('ann', { at: 16 * minute })
  assert.deepEqual(idle.compared(), [0, 0, 1])
  idle.ask('ann', { at: 16 * minute + 1 })
  assert.deepEqual(idle.compared(), [1, 1, 2])

  const fresh = world()
  fresh.warm()
  for (let i = 0; i < 11; i += 1) fresh.ask('ann', { at: 15 * minute + i, instance: 'app-1' })
  assert.deepEqual(fresh.compared(), [0, 0, 11], 'more than ten requests, and too young')
  for (const at of [30 * minute - 1, 30 * minute]) fresh.ask('ann', { at, instance: 'app-1' })
  assert.deepEqual(fresh.compared(), [1, 1, 13])
  for (const at of [60 * minute, 75 * minute, 75 * minute]) fresh.ask('ann', { at, instance: 'app-2' })
  assert.deepEqual(fresh.compared(), [1, 1, 16], 'old enough, and hardly asked')
})

test('nothing is said of costs in the warm-up of a stage', () => {
  const { ask, warm, evidence } = world()
  evidence.limits.costCapUsd = 10
  warm()
  assert.equal(evidence.sums.cost.history.n, 0)
  ask('emil', { at: 15 * minute, canary: false })
  assert.equal(evidence.sums.cost.history.n, 1)
})

const traffic = { visits: 4000, users: 300, everyMs: 5000, settings: halved({ slow: 1 }, { slowMs: 1000 }) }

test('twenty slow requests at first, and the first one of each user, roll back no canary; one that stays slow is found', () => {
  const latencyOf = (slow: (before: number, at: number) => boolean) =>
    playReturning({
      ...traffic,
      tell: ({ canary, before, at, random }) => [
        { kind: 'request', latencyMs: canary && slow(before, at) ? 1500 : 1030 * random.uniform() },
      ],
    })
  assert.equal(latencyOf((_, at) => at < 40 * traffic.everyMs).rolledBackAt, null)
  assert.equal(latencyOf((before) => before === 0).rolledBackAt, null)
  const found = latencyOf((before) => before > 0 && before % 4 === 0)
  assert.ok(found.rolledBackAt !== null && found.rolledBackAt > 15 * minute)
  assert.match(found.assessed().words, /slow/)
})

test('a tail that grows ten times as long is found, though no more requests are slow', () => {
  const found = playReturning({
    ...traffic,
    tell: ({ canary, random }) => {
      const isSlow = random.uniform() < 0.05
      return [{ kind: 'request', latencyMs: isSlow ? (canary ? 12_000 : 1200) : 500 }]
    },
  })
  assert.ok(found.rolledBackAt !== null)
  const { slow, stalled } = found.evidence.sums.flags
  assert.ok(restartedLogE(slow.ratio, flagRatios.weights) < 1)
  assert.ok(restartedLogE(stalled.ratio, flagRatios.weights) > 3)
})
