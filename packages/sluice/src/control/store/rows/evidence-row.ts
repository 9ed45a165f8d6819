import { z } from 'zod'
import type { Checkpoint, NextCheckpoint, UnitRecord } from '../evidence-store.ts'
import type { KnownStates } from '../known-states.ts'
import { checked, hasFiniteNumbers, parsed, storedText } from './stored-json.ts'

/** The name under which an unreadable checkpoint is kept, until the next one of the same name. */
export function asideName(name: string): string {
  return `aside:${name}`
}

/**
 * The name under which a checkpoint keeps what it tells others. It is written with the checkpoint, and has its cursor.
 */
export function summaryName(name: string): string {
  return `told:${name}`
}

/** A text that is not JSON is returned as it is. The reader of the state then reports the fault. */
export function checkpointOf(row: Record<string, unknown>, name?: string, known?: KnownStates): Checkpoint {
  const [cursor, text] = [Number(row.cursor), String(row.state)]
  if (name === undefined || !known) return { cursor, state: stateOf(text) }
  return { cursor, ...known.take(name, { cursor, text }, stateOf) }
}

function stateOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Null where it tells nothing. What is only looked at never keeps a checkpoint from being stored. */
export function summaryText({ summary }: NextCheckpoint): string | null {
  return summary === undefined || !hasFiniteNumbers(summary) ? null : JSON.stringify(summary)
}

/** @throws StoreError `failed` */
export function checkpointText(name: string, { state }: Checkpoint): string {
  return storedText(state, `the checkpoint ${name}`)
}

/** The records as JSON texts, by the unit's hash. @throws StoreError `failed` */
export function unitTexts(records: ReadonlyMap<string, UnitRecord> | undefined): [string, string][] {
  return Array.from(records ?? [], ([unit, record]) => [unit, storedText(record, `the memory of unit ${unit}`)])
}

const unitRecord: z.ZodType<UnitRecord> = z.record(z.string(), z.unknown())

/** The unit's hash and its record. @throws StoreError `damaged` */
export function unitOf(row: Record<string, unknown>): [string, UnitRecord] {
  const what = `memory of unit ${row.unit}`
  return [String(row.unit), checked(unitRecord, parsed(row.record, what), what)]
}
