import type { Arm } from '@sluice/client'

/** What the engine must remember of one user of one rollout, so that nobody counts twice. Stored under the unit's hash. */
export interface UnitMemory {
  /** Stage and arm of the last randomisation in which any request of the user counted. */
  exposed?: { stage: number; arm: Arm }
  /** The same for the judged score. */
  scored?: { stage: number; arm: Arm }
  /** Flags that the user has raised in this rollout, each counts once. */
  flags?: string[]
  /** Sum and number of the user's scores, for the display interval. */
  scoreSum?: number
  scoreCount?: number
}
