import { type Evidence, newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'

export interface Replayed {
  evidence: Evidence
  memory: Map<string, UnitMemory>
}

/** The fold over a log in its order. Entries without a seq get the next one. */
export function replayed(rollout: Rollout, entries: readonly LogEntry[], { from }: { from?: Evidence } = {}): Replayed {
  const evidence = from ? structuredClone(from) : newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  for (const entry of entries) {
    const key = entry.unit ?? ''
    const before = memory.get(key) ?? {}
    const seq = entry.seq || evidence.cursor + 1
    memory.set(key, observe(evidence, rollout, { ...entry, seq }, before))
  }
  return { evidence, memory }
}
