import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordedRequests } from '../../../src/control/simulate/recorded-visits.ts'
import { scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import { simulateCanary } from '../../../src/control/simulate/simulate-canary.ts'
import { countingEngine } from '../../support/controller/counting-engine.ts'

const stages = [
  { percent: 10, soak: '10m' },
  { percent: 50, soak: '10m' },
]
const base = {
  traffic: { perHour: 600, users: 300 },
  incumbent: { errors: 0 },
  lasts: '6h',
  rollout: { stages },
}
const simulated = (changes: object) => scenarioSchema.parse({ ...base, ...changes })
const engine = countingEngine({ enough: 20 })

test('the controller promotes a canary that the engine lets pass, and rolls back one that it does not', async () => {
  const good = await simulateCanary({ scenario: simulated({}), recorded: undefined, engine }, 0)
  assert.equal(good.end, 'promoted')
  const bad = await simulateCanary({ scenario: simulated({ canary: { errors: 0.5 } }), recorded: undefined, engine }, 0)
  assert.equal(bad.end, 'rolledBack')
  assert.ok(bad.canaryRequests >= 3 && bad.canaryRequests <= 40)
})

test('canary requests are counted from when it becomes worse', async () => {
  const scenario = simulated({ canary: { from: '1h', errors: 1 }, rollout: { stages, advance: 'manual' } })
  const { at, canaryRequests } = await simulateCanary({ scenario, recorded: undefined, engine }, 0)
  assert.ok(at > 3_600_000 && at <= 3_600_000 + 600_000)
  assert.ok(canaryRequests >= 3 && canaryRequests < 30)
})

test('a canary without enough users is undecided when the time is over', async () => {
  const scenario = simulated({ traffic: { perHour: 5, users: 300 }, lasts: '2h' })
  const { end, at } = await simulateCanary({ scenario, recorded: undefined, engine }, 0)
  assert.deepEqual([end, at], ['undecided', 7_200_000])
})

test('the same run of the same scenario goes the same way, another run its own', async () => {
  const scenario = simulated({ canary: { errors: 0.2 } })
  const first = await simulateCanary({ scenario, recorded: undefined, engine }, 3)
  assert.deepEqual(await simulateCanary({ scenario, recorded: undefined, engine }, 3), first)
  assert.notDeepEqual(await simulateCanary({ scenario, recorded: undefined, engine }, 4), first)
})

test('recorded requests are let through once, by other arms in every run', async () => {
  const outcomes = Array.from({ length: 400 }, (_, i) => ({
    observedAt: Date.UTC(2026, 2, 1) + i * 20_000,
    unit: `user-${i % 150}`,
    score: 0.8,
  }))
  const { traffic: _, ...rest } = base
  const scenario = scenarioSchema.parse({ ...rest, recorded: 'r.jsonl', canary: { errors: 0.6 } })
  const runs = await Promise.all(
    [0, 1, 2].map((run) => simulateCanary({ scenario, recorded: recordedRequests(outcomes), engine }, run)),
  )
  assert.deepEqual(
    runs.map(({ end }) => end),
    ['rolledBack', 'rolledBack', 'rolledBack'],
  )
  assert.notEqual(new Set(runs.map(({ at }) => at)).size, 1)
})
