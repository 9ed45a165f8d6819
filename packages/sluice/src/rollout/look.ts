import type { Rollout } from '../release/rollout.ts'
import { runningRollout } from '../release/transition.ts'
import type { UnitRecord } from '../store/evidence-store.ts'
import type { Store } from '../store/store.ts'
import type { DecisionEngine } from './engine.ts'
import { readJudgeHealth } from './judge-health.ts'
import {
  type Assessed,
  assessedBy,
  foldEntries,
  foldName,
  loadFold,
  newFold,
  pageSize,
  type RolloutFold,
  unitsOf,
} from './rollout-fold.ts'

/** What one look at a rollout has found, not yet stored. */
export interface Look {
  rollout: Rollout
  fold: RolloutFold & { assessed: Assessed }
  /** Of the last entry in the fold; 0 before the first. */
  cursor: number
  /** The cursor in the store that this look started from, -1 for none. */
  stored: number
  units: Map<string, UnitRecord>
  /** More entries wait to be folded. */
  behind: boolean
  /** It differs from what is stored by more than the time. */
  news: boolean
}

/** A minute after it was stored an assessment is stored again, so that times and words in it are not old. */
const refreshMs = 60_000

/**
 * Folds the next page of a rollout's log entries and assesses what is then known. Undefined once the rollout is no
 * longer running.
 */
export async function lookAt(
  { store, engine, now }: { store: Store; engine: DecisionEngine<object>; now: () => number },
  { feature, id }: Pick<Rollout, 'feature' | 'id'>,
): Promise<Look | undefined> {
  const loaded = await loadFold(store, id)
  const after = Math.max(0, loaded?.stored ?? 0)
  const entries = await store.readLog({ after, limit: pageSize, rolloutId: id })
  // Read after the entries, since nothing is reported for a stage before it is stored.
  const state = await store.feature(feature)
  const rollout = state && runningRollout(state)
  if (rollout?.id !== id) return undefined
  const before = loaded?.fold ?? newFold(engine.newEvidence(rollout))
  const known = await store.units(id, unitsOf(entries))
  const units = foldEntries(engine, { evidence: before.evidence, rollout }, entries, known)
  const assessed = assessedBy(engine, before.evidence, {
    rollout,
    at: now(),
    judge: await readJudgeHealth(store, feature),
  })
  return {
    rollout,
    fold: { ...before, assessed, heldSince: heldSince(before, rollout, assessed.at) },
    cursor: entries.at(-1)?.seq ?? after,
    stored: loaded?.stored ?? -1,
    units,
    behind: entries.length === pageSize,
    news: entries.length > 0 || differs(before.assessed, assessed),
  }
}

/** False where somebody else has stored a look meanwhile: then nothing is written. */
export function saveLook(store: Store, { rollout, fold, cursor, stored, units }: Look): Promise<boolean> {
  return store.saveCheckpoint(
    foldName(rollout.id),
    stored,
    { cursor, state: fold },
    { rolloutId: rollout.id, records: units },
  )
}

function heldSince({ assessed, heldSince }: RolloutFold, { hold }: Rollout, at: number): number | null {
  if (hold === null) return null
  return assessed?.rollout.hold === hold ? (heldSince ?? at) : at
}

function differs(before: Assessed | null, now: Assessed): boolean {
  if (!before || now.at - before.at >= refreshMs) return true
  const { decision, alerts } = before.assessment
  return (
    JSON.stringify([decision, alerts, before.rollout]) !==
    JSON.stringify([now.assessment.decision, now.assessment.alerts, now.rollout])
  )
}
