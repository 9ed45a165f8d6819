import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { LogDraft, RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'
import { type Random, seededRandom } from '../../../src/stats/index.ts'
import { by, byHand, canary, incumbent, publish, request } from '../../support/controller/stage.ts'
import { start } from '../../support/store/store-samples.ts'

const dayMs = 86_400_000

/** A request of the incumbent without a rollout, `perDay` of them a day, each by another user. */
export function served(index: number, perDay: number, more: Partial<RequestEntry> = {}): RequestEntry {
  const at = start + Math.round((index / perDay) * dayMs)
  const place = { version: incumbent, rolloutId: null, arm: null, stage: null, position: null }
  return request(`q${index}`, { ...place, unit: `u${index}`, observedAt: at, receivedAt: at, ...more })
}

export function judged(index: number, perDay: number, score: number, more: Partial<ScoreEntry> = {}): ScoreEntry {
  const { id, feature, version, unit, observedAt, receivedAt } = served(index, perDay)
  return {
    kind: 'score',
    id: `${id}:score`,
    of: id,
    feature,
    version,
    rolloutId: null,
    arm: null,
    stage: null,
    unit,
    position: null,
    observedAt,
    receivedAt,
    score,
    judgeId: 'judge-1',
    sampled: 0.1,
    sampledOther: 0.1,
    judgeUsd: 0.001,
    ...more,
  }
}

/** In [0,1], with about this mean and a deviation of .2. */
export function scoreOf(random: Random, mean: number): number {
  return Math.min(1, Math.max(0, mean + 0.2 * random.normal()))
}

export const entries = (drafts: readonly LogDraft[]) => drafts.map((draft, index) => ({ ...draft, seq: index + 1 }))

/** With an active version of `mail`. */
export async function activeStore(): Promise<Store> {
  const store = memoryStore()
  for (const id of [incumbent, canary]) await publish(store, 'mail', id)
  await applyEvent(store, 'mail', { type: 'activate', version: incumbent, reason: 'first' }, by, byHand)
  return store
}

/** Scores that fall after the first 800. */
export const falling = (count = 1800, mean = (index: number) => (index < 800 ? 0.8 : 0.45)): LogDraft[] => {
  const random = seededRandom(5)
  return Array.from({ length: count }, (_, index) => judged(index, 300, scoreOf(random, mean(index))))
}
