import type { Hold, ProofStrength, RollbackCause } from '../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'

/** Which rollout is meant: the event is refused once another one, or none, is running. Without: the running one. */
interface OfRollout {
  rolloutId?: string
}

/** All that can happen to a feature's releases; `transition` says what follows. */
export type ReleaseEvent =
  /** Everybody gets `version`. Refused while a rollout runs. */
  | { type: 'activate'; version: string; reason: string }
  /**
   * Back to `to`, or to the last version that was good. Ends a running rollout: then back to its incumbent. `from` is
   * the version that is taken back, a canary or the active one: refused once it is served no more. Without any of these
   * it is refused after another rollback or an abort, of which it would be a repetition.
   */
  | ({
      type: 'rollBack'
      from?: string
      to?: string
      reason: string
      evidence?: unknown
      /** Absent: a person wanted it. */
      why?: RollbackCause
    } & OfRollout)
  | {
      type: 'start'
      rolloutId: string
      salt: string
      canary: string
      settings: RolloutSettings
      /** Share of the requests that is judged while it runs, in percent, instead of what its version says. */
      judgePercent?: number
      /** Why it may start without a passing report; null where it has one. */
      override: string | null
      /** Why it is started; nobody needs to say it. */
      reason?: string
      /** Ends a running rollout as superseded instead of refusing. */
      supersede?: boolean
    }
  /** To the next stage; refused where `stage` is given and no longer the present one. */
  | ({ type: 'advance'; stage?: number; reason: string; evidence?: unknown } & OfRollout)
  | ({ type: 'hold'; why: Hold | null; reason: string; evidence?: unknown } & OfRollout)
  /** What a token reported is no evidence, from the first outcome on; with `undo` it is again. */
  | ({ type: 'exclude'; tokenId: string; undo: boolean; reason: string } & OfRollout)
  | ({ type: 'pause'; reason: string } & OfRollout)
  | ({ type: 'resume'; reason: string } & OfRollout)
  /** The canary becomes what everybody gets. Without a strength a person wanted it. */
  | ({ type: 'promote'; reason: string; evidence?: unknown; strength?: ProofStrength } & OfRollout)
  /** The canary ends without a judgement of it: everybody gets the incumbent. */
  | ({ type: 'abort'; reason: string } & OfRollout)

/** Who made an event, and when. */
export interface Attribution {
  /** ms since the epoch. */
  at: number
  /** A token's name, or `sluice` for the controller. */
  by: string
}
