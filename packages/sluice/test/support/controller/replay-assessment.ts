import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import {
  assessedBy,
  loadCheckpoint,
  observeEntries,
} from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import type { DecisionEngine } from '../../../src/control/rollout/decision-engine.ts'
import type { UnitRecord } from '../../../src/control/store/evidence-store.ts'
import { logPageSize } from '../../../src/control/store/outcome-log.ts'
import type { Store } from '../../../src/control/store/store.ts'

/** An assessment as it was stored, and as the log alone gives it again. */
export interface Replay {
  stored: Assessment
  replayed: Assessment
}

/**
 * Decides on a rollout once more from the log: what is kept beside it counts for nothing but where it ended. Equal bit
 * for bit, unless entries were deleted since. Undefined for a rollout that was never assessed.
 */
export async function replay(
  store: Pick<Store, 'checkpoint' | 'readLog'>,
  engine: DecisionEngine<object>,
  rolloutId: string,
): Promise<Replay | undefined> {
  const loaded = await loadCheckpoint(store, rolloutId)
  const assessed = loaded?.checkpoint.assessed
  if (!assessed) return undefined
  const { rollout } = assessed
  const evidence = engine.newEvidence(rollout)
  const memory = new Map<string, UnitRecord>()
  for (let after = 0; ; ) {
    const page = await store.readLog({ after, limit: logPageSize, rolloutId })
    const entries = page.filter(({ seq }) => seq <= loaded.stored)
    for (const [unit, record] of observeEntries(engine, { evidence, rollout }, entries, memory))
      memory.set(unit, record)
    const last = entries.at(-1)
    if (!last || entries.length < logPageSize) break
    after = last.seq
  }
  const { assessment } = assessedBy(engine, evidence, assessed)
  return { stored: assessed.assessment, replayed: assessment }
}
