import type { LogDraft, RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'
import type { Random } from '../../../src/stats/index.ts'
import { incumbent, request } from '../../support/controller/stage.ts'
import { start } from '../../support/store-samples.ts'

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
