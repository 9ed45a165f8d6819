import type { RolloutSettings } from '../suite/rollout-settings.ts'

/** How a rollout ended. An end is final. */
export type RolloutEnd = 'promoted' | 'rolledBack' | 'aborted' | 'superseded'

/** Why a running rollout neither advances nor rolls back by itself. */
export type Hold = 'insufficientData' | 'sampleRatioMismatch' | 'inconclusive'

/** A canary in progress or ended. Times in ms since the epoch, shares in ppm. */
export interface Rollout {
  id: string
  feature: string
  incumbent: string
  canary: string
  algorithm: 'murmur3-x86-32/ppm'
  /** Makes the arms of this rollout independent of those of any other. */
  salt: string
  settings: RolloutSettings
  /** 0-based index into `settings.stages`. */
  stage: number
  /** When each stage so far was entered. */
  enteredAt: number[]
  /** Time of the present stage that was spent paused, before `pausedAt`. */
  pausedMs: number
  pausedAt: number | null
  status: 'running' | 'paused' | RolloutEnd
  hold: Hold | null
  startedAt: number
  startedBy: string
  /** The feature's revision before: whoever has that one or a later one knows the incumbent. Older rollouts have none. */
  startedAfter?: number
  /** The reason given for starting without a passing report. */
  override: string | null
  /** Ids of tokens whose outcomes are no evidence, by the word of an operator. */
  excluded?: string[]
  endedAt: number | null
  ending: { by: string; reason: string; evidence: unknown } | null
}

/** What a rollout is called where one word must do: its end, else paused, else why it holds, else running. */
export type RolloutState = Rollout['status'] | Hold

export function rolloutState({ status, hold }: Rollout): RolloutState {
  return status === 'running' ? (hold ?? 'running') : status
}

export function hasEnded({ status }: Rollout): boolean {
  return status !== 'running' && status !== 'paused'
}

/** The canary's share now, in ppm. */
export function sharePpm({ settings, stage }: Rollout): number {
  return settings.stages[stage]?.ppm ?? 0
}
