import { z } from 'zod'
import type { Checkpoint, UnitRecord } from '../evidence-store.ts'
import { checked, parsed } from './stored-json.ts'

/** @throws StoreError `damaged` */
export function checkpointOf(row: Record<string, unknown>): Checkpoint {
  return { cursor: Number(row.cursor), state: parsed(row.state, 'checkpoint') }
}

const unitRecord: z.ZodType<UnitRecord> = z.record(z.string(), z.unknown())

/** By the unit's hash. @throws StoreError `damaged` */
export function unitOf(row: Record<string, unknown>): [string, UnitRecord] {
  const what = `memory of unit ${row.unit}`
  return [String(row.unit), checked(unitRecord, parsed(row.record, what), what)]
}
