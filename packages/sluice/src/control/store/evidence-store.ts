import type { KnownStates } from './known-states.ts'
import type { Fence } from './lease-store.ts'

/** The state of a reader of the log, and how far it has read. `state` is JSON. */
export interface Checkpoint {
  /** Seq of the last entry that the state includes. */
  cursor: number
  state: unknown
  /** The state is one of `known`, and was not read from its text. */
  isKnown?: true
}

/** A checkpoint as it is written. */
export interface NextCheckpoint extends Omit<Checkpoint, 'isKnown'> {
  /** The part that others than its reader look at, as JSON: the state may be a hundred times as long. */
  summary?: unknown
  /** Where the state is kept once it is stored. */
  known?: KnownStates
}

/** What is remembered about one user of one rollout, as JSON; see `rollout/evidence/unit-memory`. */
export type UnitRecord = Record<string, unknown>

/** The states of readers of the log. State, cursor and memory are written together, so that no entry counts twice. */
export interface EvidenceStore {
  /** @param known states in memory, of which one is taken that is stored as exactly the same text */
  checkpoint(name: string, known?: KnownStates): Promise<Checkpoint | undefined>
  /** What the stored checkpoint tells others; undefined where it does not, as those of older releases. */
  summary(name: string): Promise<unknown>
  /**
   * Writes a checkpoint if the stored cursor still is `expected` (-1: none is stored); returns false otherwise.
   * `records` are the changed units of `rolloutId`, by the unit's hash. With `fence` it is only written if that is
   * still the last holder of its name, since an equal cursor does not prove that no other leader has written meanwhile.
   */
  saveCheckpoint(
    name: string,
    expected: number,
    next: NextCheckpoint,
    units?: { rolloutId: string; records: ReadonlyMap<string, UnitRecord>; fence?: Fence | undefined },
  ): Promise<boolean>
  /**
   * Moves an unreadable checkpoint to `aside:<name>`, where it stays until the next one is moved. `fresh` replaces it,
   * and all units of the rollout `forget` are forgotten. False if the stored cursor is not `expected`.
   */
  setAside(name: string, expected: number, next?: { fresh?: Checkpoint; forget?: string }): Promise<boolean>
  /** The records of these units. Unknown units are missing in the result. */
  units(rolloutId: string, keys: readonly string[]): Promise<Map<string, UnitRecord>>
  /** The names under which units are remembered, in order: ids of rollouts, and days of the drift watch. */
  memories(): Promise<string[]>
  /** Forgets all units of a rollout, a few at a time, so that others can write in between. Returns how many. */
  forgetMemory(rolloutId: string): Promise<number>
}
