import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'

/** Every 20 s a user who never comes again; slow is who finds a cache that nobody has used for five minutes. */
function visits(count: number, share: number): LogEntry[] {
  const every = Math.round(1 / share)
  const asked = { canary: -Infinity, incumbent: -Infinity }
  return Array.from({ length: count }, (_, i) => {
    const canary = i % every === 0
    const arm = canary ? 'canary' : 'incumbent'
    const at = i * 20_000
    const isCold = at - asked[arm] > 300_000
    asked[arm] = at
    const user = { id: `u${i}`, position: canary ? 100 : 900_000 }
    return entryOf({ user, canary, stage: 0, at }, { kind: 'request', latencyMs: isCold ? 900 : 100 + (i % 7) })
  })
}

function compared(percent: number) {
  const rollout = rolloutOf(rolloutSettingsSchema.parse({ stages: [{ percent, soak: '1h' }] }))
  const { sums } = replayed(rollout, visits(3000, percent / 100)).evidence
  return sums.flags.slowAny.stage
}

test('where no user comes twice, who is asked less often is not slow for its cold cache', () => {
  const { canary, incumbent } = compared(5)
  assert.deepEqual(canary, { requests: 0, flagged: 0, squares: 0 })
  assert.ok(incumbent.requests > 1000)
})

test('where both arms are asked as often all requests are compared', () => {
  assert.ok(compared(50).canary.requests > 1000)
})
