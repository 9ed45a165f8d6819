import type { Fence } from './lease-store.ts'

/** How far a fold over the log has come, and its state. `state` is JSON. */
export interface Checkpoint {
  /** Seq of the last entry that is in the state. */
  cursor: number
  state: unknown
}

/** What is remembered of one user of one rollout, JSON; see `rollout/unit-memory`. */
export type UnitRecord = Record<string, unknown>

/** Folds over the log. State, cursor and memory are written together, so that nothing counts twice. */
export interface EvidenceStore {
  checkpoint(name: string): Promise<Checkpoint | undefined>
  /**
   * Written only if the stored cursor still is `expected` (-1 where none is stored); false otherwise. `records` are of the units of
   * `rolloutId` that changed, by the unit's hash. With `fence` it is only written if that still is the last holder of its name: a cursor
   * that is the same does not tell whether another leader has written meanwhile.
   */
  saveCheckpoint(
    name: string,
    expected: number,
    next: Checkpoint,
    units?: { rolloutId: string; records: ReadonlyMap<string, UnitRecord>; fence?: Fence | undefined },
  ): Promise<boolean>
  /**
   * Moves a checkpoint that cannot be read out of the way, to `aside:<name>`, where it stays until the next one; `fresh` takes
   * its place, and all units of `forget` are forgotten with it. False where the stored cursor is not `expected`.
   */
  setAside(name: string, expected: number, next?: { fresh?: Checkpoint; forget?: string }): Promise<boolean>
  /** What is known of these units; absent keys are unknown units. */
  units(rolloutId: string, keys: readonly string[]): Promise<Map<string, UnitRecord>>
  /** The rollouts, or what else stands in their place, of which any unit is remembered; in order. */
  memories(): Promise<string[]>
  /** Forgets all units of a rollout, a few at a time so that others write in between; returns how many. */
  forgetMemory(rolloutId: string): Promise<number>
}
