import type { Checkpoint, EvidenceStore, UnitRecord } from '../evidence-store.ts'

export function memoryEvidence(): EvidenceStore {
  const checkpoints = new Map<string, Checkpoint>()
  const memory = new Map<string, Map<string, UnitRecord>>()
  return {
    checkpoint: async (name) => structuredClone(checkpoints.get(name)),
    async saveCheckpoint(name, expected, next, units) {
      if ((checkpoints.get(name)?.cursor ?? -1) !== expected) return false
      checkpoints.set(name, structuredClone(next))
      if (units) {
        const known = memory.get(units.rolloutId) ?? new Map<string, UnitRecord>()
        for (const [unit, record] of units.records) known.set(unit, structuredClone(record))
        memory.set(units.rolloutId, known)
      }
      return true
    },
    async units(rolloutId, keys) {
      const known = memory.get(rolloutId)
      const found = new Map<string, UnitRecord>()
      for (const key of keys) {
        const record = known?.get(key)
        if (record) found.set(key, structuredClone(record))
      }
      return found
    },
    async forgetUnit(unit) {
      return [...memory.values()].filter((known) => known.delete(unit)).length
    },
  }
}
