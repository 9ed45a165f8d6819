import { z } from 'zod'
import type { Checkpoint, UnitRecord } from '../evidence-store.ts'
import { checked, parsed, storedText } from './stored-json.ts'

/** Under this name a checkpoint lies that could not be read, until the next of the same name. */
export function asideName(name: string): string {
  return `aside:${name}`
}

/** A text that is no JSON is given as it is: what reads the state says what is wrong with it. */
export function checkpointOf(row: Record<string, unknown>): Checkpoint {
  return { cursor: Number(row.cursor), state: stateOf(String(row.state)) }
}

function stateOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** @throws StoreError `failed` */
export function checkpointText(name: string, { state }: Checkpoint): string {
  return storedText(state, `the checkpoint ${name}`)
}

/** By the unit's hash, the records as text. @throws StoreError `failed` */
export function unitTexts(records: ReadonlyMap<string, UnitRecord> | undefined): [string, string][] {
  return Array.from(records ?? [], ([unit, record]) => [unit, storedText(record, `the memory of unit ${unit}`)])
}

const unitRecord: z.ZodType<UnitRecord> = z.record(z.string(), z.unknown())

/** By the unit's hash. @throws StoreError `damaged` */
export function unitOf(row: Record<string, unknown>): [string, UnitRecord] {
  const what = `memory of unit ${row.unit}`
  return [String(row.unit), checked(unitRecord, parsed(row.record, what), what)]
}
