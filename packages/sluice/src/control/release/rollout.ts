import type { RolloutSettings } from '../../records/rollout-settings.ts'

/** How a rollout ended. An end is final. */
export type RolloutEnd = 'promoted' | 'rolledBack' | 'aborted' | 'superseded'

/**
 * What a promotion rests on: `strong`, a drop beyond the margin is ruled out for each signal; `weak`, the rule for the undecided;
 * `time`, as the settings want it; `manual`, a person.
 */
export type PromotionStrength = 'strong' | 'weak' | 'time' | 'manual'
export type ProofStrength = Exclude<PromotionStrength, 'manual'>

/** Why a canary was rolled back without a person: it is worse; the arms never matched; nothing was proven in time. */
export type RollbackCause = 'evidence' | 'mismatch' | 'undecided'

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
  /** Share of the requests that is judged while it runs, in percent, where the version does not say. */
  judgePercent?: number
  /** 0-based index into `settings.stages`. */
  stage: number
  /** When each stage so far was entered. */
  enteredAt: number[]
  /** Time of the present stage that was spent paused, before `pausedAt`. */
  pausedMs: number
  /** The same of all stages before. Older rollouts have none. */
  pausedBeforeMs?: number
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
  /** `why`: of a rollback without a person. */
  ending: { by: string; reason: string; evidence: unknown; why?: RollbackCause } | null
  /** Null where it was not promoted. Older rollouts do not say. */
  strength?: PromotionStrength | null
}

/** What a rollout is called where one word must do: its end, else paused, else why it holds, else running. */
export type RolloutState = Rollout['status'] | Hold

export function rolloutState({ status, hold }: Rollout): RolloutState {
  return status === 'running' ? (hold ?? 'running') : status
}

/** For how long it has run until `now`, pauses left out, in ms. */
export function runningMs({ startedAt, pausedMs, pausedBeforeMs = 0, pausedAt }: Rollout, now: number): number {
  return (pausedAt ?? now) - startedAt - pausedMs - pausedBeforeMs
}

/** What becomes of it at the end of its patience. Who started it before one could choose was promised that it is held. */
export function onUndecided({ settings }: Pick<Rollout, 'settings'>): RolloutSettings['onUndecided'] {
  return (settings as Partial<RolloutSettings>).onUndecided ?? 'hold'
}

export function hasEnded({ status }: Rollout): boolean {
  return status !== 'running' && status !== 'paused'
}

/** The canary's share now, in ppm. */
export function sharePpm({ settings, stage }: Rollout): number {
  return settings.stages[stage]?.ppm ?? 0
}
