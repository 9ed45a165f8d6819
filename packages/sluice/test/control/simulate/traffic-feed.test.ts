import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TrafficFeed } from '../../../src/control/simulate/traffic-feed.ts'
import { seededRandom } from '../../../src/stats/random.ts'
import { rolloutOf } from '../../support/rollout/rollout-entries.ts'
import { hour, requestsAmong, scenarioOf, start, visitAt } from './generated.ts'

test('a request without a user gets the incumbent and is no evidence, one with a user is', () => {
  const scenario = scenarioOf({ rollout: { stages: [{ percent: 100, soak: '1h' }] } })
  const rollout = rolloutOf(scenario.rollout)
  const visits = [visitAt(1), visitAt(2, { named: false })].values()
  const situation = { scenario, random: seededRandom(1), start, meanScore: 0.8, answers: undefined }
  const feed = new TrafficFeed(situation, { next: () => visits.next().value, answered: () => undefined })
  const entries = requestsAmong(feed.until(hour, rollout))
  assert.deepEqual(
    entries.map(({ version, arm, rolloutId, stage, unit }) => [version, arm, rolloutId, stage, unit]),
    [
      [rollout.canary, 'canary', rollout.id, 0, 'u'],
      [rollout.incumbent, null, null, null, null],
    ],
  )
  assert.deepEqual([typeof entries[0]?.position, entries[1]?.position], ['number', null])
})
