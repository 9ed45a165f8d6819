import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftsOf, type TonightCase } from '../../../src/gate/nightly/drift.ts'
import { driftReasons } from '../../../src/gate/nightly/drift-reasons.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { seededRandom } from '../../../src/stats/index.ts'

const policy = gatePolicy({ threshold: 0.82 })
const cases = 60

interface Change {
  /** Share of the answers that got worse by 0.5. */
  provider: number
  /** What the judge takes off every score. */
  judge: number
}

/** One night against a reference of the same provider and judge, both of which are noisy, changed as told. */
function alarms(seed: number, { provider, judge }: Change): string[] {
  const { uniform, normal } = seededRandom(seed)
  const clamp = (score: number) => Math.min(1, Math.max(0, score))
  const noise = (deviation: number) => normal() * deviation
  const tonight = Array.from({ length: cases }, (_, index): TonightCase => {
    const level = uniform() < 0.15 ? 0.4 : 0.9
    const answer = () => level + noise(0.1)
    const judged = (quality: number, off: number) => clamp(quality + noise(0.05) - off)
    const then = answer()
    const now = answer() - (uniform() < provider ? 0.5 : 0)
    return {
      id: `case-${index}`,
      hash: '',
      weight: 1,
      cluster: undefined,
      tags: [index % 2 ? 'core' : 'edge'],
      fresh: [judged(now, judge)],
      frozen: [judged(then, judge)],
      kept: { night: '2026-11-20', scores: [judged(then, 0)] },
    }
  })
  const reasons = driftReasons(driftsOf(tonight, undefined, policy), policy, true)
  return [...new Set(reasons.map(({ code }) => code))].sort()
}

/** How often each outcome came up in so many nights. */
function shares(nights: number, change: Change): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let seed = 1; seed <= nights; seed += 1) {
    const outcome = alarms(seed, change).join(' ') || 'none'
    counts[outcome] = (counts[outcome] ?? 0) + 1 / nights
  }
  return counts
}

test('nights on which nothing changed but noise are green', () => {
  const { none = 0 } = shares(400, { provider: 0, judge: 0 })
  assert.ok(none > 0.985, `${none} of the nights are green`)
})

test('a provider and a judge that moved are each found, and seldom taken for the other', () => {
  const provider = shares(200, { provider: 0.3, judge: 0 })
  assert.ok((provider['provider-drift'] ?? 0) > 0.9, JSON.stringify(provider))
  const judge = shares(200, { provider: 0, judge: 0.15 })
  assert.ok((judge['judge-drift'] ?? 0) > 0.95, JSON.stringify(judge))
  const both = shares(200, { provider: 0.3, judge: 0.15 })
  assert.ok((both['judge-drift provider-drift'] ?? 0) > 0.85, JSON.stringify(both))
})
