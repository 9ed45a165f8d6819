import type { Rollout } from '../../../records/rollout/rollout.ts'
import { runningRollout } from '../../release/transition.ts'
import type { UnitRecord } from '../../store/evidence-store.ts'
import type { KnownStates } from '../../store/known-states.ts'
import type { Fence } from '../../store/lease-store.ts'
import { logPageSize } from '../../store/outcome-log.ts'
import type { Store } from '../../store/store.ts'
import { highestOf } from '../assessment/figures.ts'
import { type JudgeHealth, readJudgeHealth } from '../assessment/judge-health.ts'
import { longestGapMs, soakAt } from '../assessment/soak.ts'
import type { DecisionEngine } from '../decision-engine.ts'
import {
  type Assessed,
  assessedBy,
  basisOf,
  checkpointName,
  DamagedCheckpoint,
  loadCheckpoint,
  newCheckpoint,
  observeEntries,
  type RolloutCheckpoint,
  seriesOf,
  unitsId,
  unitsOf,
} from './rollout-checkpoint.ts'

/** The result of one pass over a rollout, not yet stored. */
export interface ControllerPass {
  rollout: Rollout
  checkpoint: RolloutCheckpoint & { assessed: Assessed }
  /** The last entry in the evidence; 0 before the first. */
  cursor: number
  /** The cursor in the store that this pass started from, -1 for none. */
  stored: number
  units: Map<string, UnitRecord>
  /** More entries wait. */
  behind: boolean
  /** It differs from what is stored by more than the time. */
  isChanged: boolean
}

/** A minute after it was stored an assessment is stored again, so that times and words in it are not old. */
const refreshMs = 60_000

export interface PassOptions {
  store: Store
  engine: DecisionEngine<object>
  now: () => number
  everyMs: number
  /** Checkpoints of the passes before. */
  known?: KnownStates
}

/**
 * Folds the next page of a rollout's log entries and assesses what is then known. Undefined once the rollout is no
 * longer running.
 */
export async function runPass(
  { store, engine, now, everyMs, known: states }: PassOptions,
  { feature, id }: Pick<Rollout, 'feature' | 'id'>,
): Promise<ControllerPass | undefined> {
  const [loaded, judge] = await Promise.all([loadCheckpoint(store, id, states), readJudgeHealth(store, feature)])
  // The rollout names the excluded tokens, so it is read before the entries.
  const known = await runningOf(store, feature, id)
  if (!known) return undefined
  const before = checkpointFor(engine, known, loaded?.checkpoint)
  // What is known was found without fault when it was read, or made here, and is stored to the letter as it was then.
  const isToCheck = before === loaded?.checkpoint && !loaded.isKnown
  const fault = isToCheck && engine.faultIn?.(before.evidence, known, loaded.stored)
  if (loaded && fault) throw new DamagedCheckpoint(id, loaded.stored, fault)
  const after = before === loaded?.checkpoint ? Math.max(0, loaded.stored) : 0
  const entries = await store.readLog({ after, limit: logPageSize, rolloutId: id })
  // Read after the entries, since nothing is reported for a stage before it is stored.
  const rollout = entries.length === 0 ? known : await runningOf(store, feature, id)
  if (!rollout || basisOf(engine, rollout) !== before.basis) return undefined
  const named = unitsOf(entries)
  const units = named.length === 0 ? new Map() : await store.units(unitsId(id, before), named)
  const changed = observeEntries(engine, { evidence: before.evidence, rollout }, entries, units)
  const at = now()
  const assessed = assessNext(engine, before, { rollout, at, judge, everyMs })
  const isChanged = entries.length > 0 || before !== loaded?.checkpoint || differs(before.assessed, assessed, everyMs)
  if (!isChanged) states?.giveBack(checkpointName(id), before)
  return {
    rollout,
    checkpoint: { ...before, assessed, heldSince: assessed.heldSince },
    cursor: entries.at(-1)?.seq ?? after,
    stored: loaded?.stored ?? -1,
    units: changed,
    behind: entries.length === logPageSize,
    isChanged,
  }
}

/** What is known at `at`, given the last pass and the evidence, which has gone on since. Pure. */
export function assessNext(
  engine: DecisionEngine<object>,
  before: Pick<RolloutCheckpoint, 'evidence' | 'assessed' | 'heldSince'>,
  { rollout, at, judge, everyMs }: { rollout: Rollout; at: number; judge: JudgeHealth; everyMs: number },
): Assessed {
  const lastOutcomes = engine.lastOutcomes(before.evidence, rollout)
  const soak = soakAt(before.assessed, { lastOutcomes, rollout, at, everyMs })
  const since = heldSince(before, rollout, at)
  const figures = before.assessed?.assessment.figures
  const known = { refused: refusedBy(before), highest: figures ? highestOf(figures) : {} }
  const series = before.assessed ? seriesOf(before.assessed) : undefined
  return assessedBy(engine, before.evidence, { rollout, at, judge, soak, heldSince: since, ...known, series })
}

async function runningOf(store: Store, feature: string, id: string): Promise<Rollout | undefined> {
  const state = await store.feature(feature)
  const rollout = state && runningRollout(state)
  return rollout?.id === id ? rollout : undefined
}

/** What is known, or the beginning where that was made of something else than now. */
function checkpointFor(
  engine: DecisionEngine<object>,
  rollout: Rollout,
  known: RolloutCheckpoint | undefined,
): RolloutCheckpoint {
  const basis = basisOf(engine, rollout)
  return known?.basis === basis ? known : newCheckpoint(engine.newEvidence(rollout), basis, known)
}

/** False where another replica has stored a pass meanwhile, or leads by now: then nothing is written. */
export function savePass(
  store: Store,
  { rollout, checkpoint, cursor, stored, units }: ControllerPass,
  fence: Fence | undefined,
  known?: KnownStates,
): Promise<boolean> {
  return store.saveCheckpoint(
    checkpointName(rollout.id),
    stored,
    { cursor, state: checkpoint, summary: checkpoint.assessed, ...(known && { known }) },
    { rolloutId: unitsId(rollout.id, checkpoint), records: units, fence },
  )
}

function heldSince(
  { assessed, heldSince }: Pick<RolloutCheckpoint, 'assessed' | 'heldSince'>,
  { hold }: Rollout,
  at: number,
): number | null {
  if (hold === null) return null
  return assessed?.rollout.hold === hold ? (heldSince ?? at) : at
}

/** The rule for the undecided is asked once: what it has said stays. */
function refusedBy({ assessed }: Pick<RolloutCheckpoint, 'assessed'>): string[] | null {
  const { decision } = assessed?.assessment ?? {}
  const refusals = decision?.do === 'hold' ? decision.refused : undefined
  return assessed?.refused ?? (refusals ? [...refusals] : null)
}

function differs(before: Assessed | null, now: Assessed, everyMs: number): boolean {
  const refresh = Math.min(refreshMs, longestGapMs(now.rollout, everyMs) / 2)
  if (!before || now.at - before.at >= refresh || now.at < before.at) return true
  const { decision, alerts } = before.assessment
  return (
    JSON.stringify([decision, alerts, before.rollout]) !==
    JSON.stringify([now.assessment.decision, now.assessment.alerts, now.rollout])
  )
}
