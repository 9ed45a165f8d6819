import type { Checkpoint, EvidenceStore, UnitRecord } from '../evidence-store.ts'

/** What is kept is text, as in the databases: it costs less than half of a structured copy. */
export function memoryEvidence(): EvidenceStore {
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
        for (const [unit, record] of units.records) known.set(unit, JSON.stringify(record))
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
    async forgetUnit(unit) {
      return [...memory.values()].filter((known) => known.delete(unit)).length
    },
  }
}
