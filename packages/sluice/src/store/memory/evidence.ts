import type { Checkpoint, EvidenceStore, UnitRecord } from '../evidence-store.ts'
import { rolloutScope } from '../forget-store.ts'
import type { MemoryForgetting } from './forgetting.ts'

export interface MemoryEvidence extends EvidenceStore {
  /** Deletes what is remembered of a unit in these rollouts (null: in all); returns in how many. */
  removeUnit(unit: string, rolloutIds: ReadonlySet<string> | null): number
}

/** What is kept is text, as in the databases: it costs less than half of a structured copy. */
export function memoryEvidence({ isForgotten }: MemoryForgetting): MemoryEvidence {
  const checkpoints = new Map<string, { cursor: number; text: string }>()
  const memory = new Map<string, Map<string, string>>()
  return {
    async checkpoint(name): Promise<Checkpoint | undefined> {
      const kept = checkpoints.get(name)
      return kept && { cursor: kept.cursor, state: JSON.parse(kept.text) }
    },
    async saveCheckpoint(name, expected, { cursor, state }, units) {
      if ((checkpoints.get(name)?.cursor ?? -1) !== expected) return false
      checkpoints.set(name, { cursor, text: JSON.stringify(state) })
      if (units) {
        const known = memory.get(units.rolloutId) ?? new Map<string, string>()
        for (const [unit, record] of units.records)
          if (!isForgotten(unit, rolloutScope(units.rolloutId))) known.set(unit, JSON.stringify(record))
        memory.set(units.rolloutId, known)
      }
      return true
    },
    async units(rolloutId, keys) {
      const known = memory.get(rolloutId)
      const found = new Map<string, UnitRecord>()
      for (const key of keys) {
        const text = known?.get(key)
        if (text !== undefined) found.set(key, JSON.parse(text))
      }
      return found
    },
    removeUnit(unit, rolloutIds) {
      return [...memory].filter(([id, known]) => (rolloutIds?.has(id) ?? true) && known.delete(unit)).length
    },
  }
}
