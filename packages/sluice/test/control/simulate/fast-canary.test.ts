import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import { scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import { simulateCanary } from '../../../src/control/simulate/simulate-canary.ts'
import { simulateFast } from '../../support/fast-canary.ts'

const traffic = { perHour: 200, users: 600 }
const stages = [
  { percent: 10, soak: '1h' },
  { percent: 50, soak: '2h' },
]
const eased = { stages, flagMargin: 0.1, margin: 0.2, minUsers: 20, patience: '7h' }

const worlds = {
  'is promoted': { judge: { percent: 100 } },
  'is rolled back for its score': { canary: { from: '2h', score: -0.4 }, judge: { percent: 100 } },
  'is rolled back for its errors, amid faults': {
    canary: { errors: 0.3 },
    faults: { duplicates: 0.3, twice: 0.1, lost: 0.1, late: { share: 0.3, by: '10m' } },
  },
  'waits, little heard of, until its patience ends': { traffic: { perHour: 8, users: 50, perVisit: 2 } },
  'is met by users who react, among them some who name nobody': {
    traffic: { ...traffic, anonymous: 0.3, newUsersPerDay: 2 },
    reactions: { retry: 0.2, leave: 0.1 },
    canary: { engagement: 2, warmUp: { requests: 30 } },
    judge: { percent: 30, perHour: 20, badLater: { by: '1h' } },
  },
  'is told of by two tokens, one of which lies': { reporters: { tokens: [0.7, 0.3], liar: 0.3 } },
  'goes on by time': { rollout: { ...eased, advance: 'soak', minUsers: 1 } },
}

/**
 * The engine, which notes what it was asked and what it said: when, after how much, how long watched. The controller may look again
 * without anything new, as when it has told somebody something: of those the last look counts.
 */
function watchedEngine() {
  const looks = new Map<string, unknown>()
  const engine: typeof eValueEngine = {
    ...eValueEngine,
    assess(evidence, rollout, now, course) {
      const found = eValueEngine.assess(evidence, rollout, now, course)
      const { decision, logE, canary, incumbent, cursor } = found
      looks.set(`${now} ${cursor}`, {
        soak: course.soak,
        heldSince: course.heldSince,
        decision,
        logE,
        canary,
        incumbent,
      })
      return found
    },
  }
  return { engine, looks }
}

for (const [what, changes] of Object.entries(worlds))
  test(`without store and controller a canary goes the same way: it ${what}`, async () => {
    const scenario = scenarioSchema.parse({ traffic, lasts: '9h', rollout: eased, seed: 5, ...changes })
    const [fast, real] = [watchedEngine(), watchedEngine()]
    const of = ({ engine }: typeof fast) => ({ scenario, recorded: undefined, engine })
    assert.deepEqual(simulateFast(of(fast), 0), await simulateCanary(of(real), 0))
    assert.deepEqual(fast.looks, real.looks)
  })

test('these worlds end in all ways', () => {
  const ends = Object.values(worlds).map((changes) => {
    const scenario = scenarioSchema.parse({ traffic, lasts: '9h', rollout: eased, seed: 5, ...changes })
    return simulateFast({ scenario, recorded: undefined, engine: eValueEngine }, 0).end
  })
  for (const end of ['promoted', 'rolledBack']) assert.ok(ends.includes(end as 'promoted'), `${end}: ${ends}`)
  assert.ok(ends.some((end) => end === 'inconclusive' || end === 'undecided'))
})
