import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { addExposure, exposedShare } from '../../../../src/control/rollout/evidence/randomisation.ts'
import { decidingSums } from '../../../../src/control/rollout/evidence/tokens.ts'
import { restartedLogE, signalLogE } from '../../../../src/control/rollout/statistics/e-value.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { flagRatios } from '../../../../src/stats/index.ts'
import { rolloutOf } from '../../../support/rollout/rollout-entries.ts'
import { halved, playReturning } from '../returning.ts'

const seeds = [1, 2, 3, 4]

/** A canary whose users come so many times as often, for each seed. */
const played = (rates: { canary: number; incumbent: number }, engagement: number, seed: number) =>
  playReturning({
    ...{ visits: 3000, users: 2000, everyMs: 10_000, engagement, seed, settings: halved({ errors: 1 }) },
    tell: ({ canary, random }) => [
      { kind: 'request', error: random.uniform() < rates[canary ? 'canary' : 'incumbent'] ? 'failed' : null },
    ],
  })

test('users who come twice as often, and meet as many errors each time, roll back no good canary', () => {
  const found = seeds.map((seed) => {
    const { evidence, rolledBackAt } = played({ canary: 0.15, incumbent: 0.15 }, 2, seed)
    assert.equal(rolledBackAt, null)
    const { ratio, exposed } = evidence.sums.flags.errors
    return [ratio, exposed].map((sums) => restartedLogE(sums, flagRatios.weights))
  })
  for (const [byUsers = 0, byRequests = 0] of found) assert.ok(byRequests < Math.min(1, byUsers - 3))
  assert.ok(
    found.some(([byUsers = 0]) => byUsers > Math.log(20)),
    'by the shares of the users alone one would be',
  )
})

test('one that fails more often is found, whether its users come twice or half as often', () => {
  for (const engagement of [2, 0.5])
    for (const seed of seeds)
      assert.notEqual(played({ canary: 0.2, incumbent: 0.05 }, engagement, seed).rolledBackAt, null)
})

test('the evidence of a flag is the smaller of what users and requests say, of a stage and of a window', () => {
  const { settings } = rolloutOf(rolloutSettingsSchema.parse(halved({ errors: 1 })))
  const logE = (users: number, requests: number, part: 'stage' | 'window') => {
    const { sums, window } = newEvidence({ settings })
    const { errors } = sums.flags
    for (const rates of [errors.stage, errors.lately[0]])
      Object.assign(rates, {
        canary: { requests: 300, flagged: 90, squares: 90 },
        incumbent: { requests: 300, flagged: 30, squares: 30 },
      })
    const [ratio, exposed] =
      part === 'stage' ? [errors.ratio[0], errors.exposed[0]] : [errors.recent.ratio, errors.recent.exposed]
    ratio?.fill(users)
    exposed?.fill(requests)
    return signalLogE(decidingSums(sums), 'errors', { settings, window, suspect: false })
  }
  for (const part of ['stage', 'window'] as const) {
    assert.ok(logE(12, 12, part) > 7)
    assert.ok(logE(12, 0, part) < 0.01)
    assert.ok(logE(0, 12, part) < 0.01)
  }
})

test("the canary's share of the requests is the share that was set until some came, and no more than four times its odds", () => {
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found - expected) < 1e-12, `${found}, ${expected}`)
  near(exposedShare({ incumbent: 0, canary: 0 }, 0.1), 0.1)
  // Twenty requests are believed to have come by the share: (100 + 10) of (150 + 20).
  near(exposedShare({ incumbent: 50, canary: 100 }, 0.5), 110 / 170)
  // Odds of 4/9 and 1/36 where those of the share are 1/9.
  near(exposedShare({ incumbent: 0, canary: 900 }, 0.1), 4 / 13)
  near(exposedShare({ incumbent: 900, canary: 0 }, 0.1), 1 / 37)
})

test('of a thousand requests half are forgotten, since users get to know a version', () => {
  const counts = { incumbent: 499, canary: 500 }
  addExposure(counts, 'incumbent')
  assert.deepEqual(counts, { incumbent: 250, canary: 250 })
})
