import { assess } from '../../../src/control/rollout/assessment/assess.ts'
import { newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { type RolloutSettings, rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { type Random, seededRandom } from '../../../src/stats/index.ts'
import { entryOf, rolloutOf, watched } from '../../support/rollout/rollout-entries.ts'

export interface Visit {
  canary: boolean
  /** How often the user has come before. */
  before: number
  at: number
  random: Random
}

type Content = Parameters<typeof entryOf>[1]

interface Traffic {
  visits: number
  /** At the most; each second visit is that of a new one until then. */
  users: number
  everyMs: number
  /** The canary's users come so many times as often. */
  engagement?: number
  seed?: number
  settings: Record<string, unknown>
  /** What is logged of a visit. */
  tell: (visit: Visit) => Content[]
}

/** A stage of half the users in which only these signals have a say. */
export const halved = (signals: Partial<RolloutSettings['signals']>, more: Record<string, unknown> = {}) => ({
  stages: [{ percent: 50, soak: '1h' }],
  signals: { score: 0, errors: 0, slow: 0, safety: 0, ...signals },
  ...more,
})

/** Users who come again and again, half of them to the canary, until it is rolled back. */
export function playReturning({ visits, users, everyMs, engagement = 1, seed = 1, settings, tell }: Traffic) {
  const random = seededRandom(seed)
  const rollout: Rollout = rolloutOf(rolloutSettingsSchema.parse(settings))
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  const seen: Record<'incumbent' | 'canary', number[]> = { incumbent: [], canary: [] }
  const threshold = -Math.log(rollout.settings.alpha)
  let seq = 0
  let rolledBackAt: number | null = null
  for (let n = 0; n < visits && rolledBackAt === null; n += 1) {
    // Chance sends new users to an arm; how often they return is up to what they met there.
    const isNew = seen.incumbent.length + seen.canary.length < users && random.uniform() < 0.5
    const odds = (engagement * seen.canary.length) / Math.max(1, seen.incumbent.length)
    const canary = random.uniform() < (isNew ? 0.5 : odds / (1 + odds))
    const own = seen[canary ? 'canary' : 'incumbent']
    const index = isNew || own.length === 0 ? own.push(0) - 1 : Math.floor(random.uniform() * own.length)
    const user = { id: `${canary ? 'c' : 'i'}${index}`, position: canary ? 100 : 900_000 }
    const at = n * everyMs
    for (const content of tell({ canary, before: own[index] ?? 0, at, random })) {
      seq += 1
      const entry = { ...entryOf({ user, canary, stage: 0, at }, content), seq, tokenId: 'app' }
      memory.set(user.id, observe(evidence, rollout, entry, memory.get(user.id) ?? {}))
    }
    own[index] = (own[index] ?? 0) + 1
    if (evidence.peak >= threshold) rolledBackAt = at
  }
  const assessed = () => assess(evidence, rollout, visits * everyMs, watched(rollout, visits * everyMs))
  return { rollout, evidence, memory, rolledBackAt, assessed }
}
