import type { Capture } from '@sluice/client'
import type { LiveSettings } from '../../records/rollout-settings.ts'
import type { Rollout } from './rollout.ts'

/** One stretch of time in which a version was what everybody got. Times in ms since the epoch. */
export interface Activation {
  version: string
  since: number
  until: number | null
  /** `rolledBack`: it ended in an incident, so it is no version to go back to. */
  ended: 'replaced' | 'rolledBack' | null
  /** It was promoted by a canary. */
  promoted: boolean
}

/** What a rollback took back, or an abort. */
export interface TakenBack {
  version: string
  /** ms since the epoch. */
  at: number
  by: string
  reason: string
}

/** Everything about a feature that decides what is served. One document, changed only by `transition`. */
export interface FeatureState {
  feature: string
  /** The store's revision of the last change; 0 before the first. */
  revision: number
  /** Null until a version was activated. */
  active: string | null
  /** Oldest first; at most the last 100. */
  history: Activation[]
  /**
   * Versions that were rolled back, as a canary or when active: never gone back to, unless they were promoted later, or
   * active for a day and then replaced. The last 100, each once.
   */
  rolledBack: string[]
  /** Set where the last change of what is served took something back: a rollback that names nothing would be a repetition. */
  takenBack: TakenBack | null
  /** The running or last rollout. */
  rollout: Rollout | null
  /** Those before it, all ended, oldest first; at most the last 10. */
  pastRollouts: Rollout[]
  capture: Capture | null
  /** What holds now: the settings of the newest version in production (the running canary, else the active one), within `publishedLive`. */
  live: LiveSettings | null
  /** The settings that were published last, of whichever version. Absent in states of before: then the newest version's. */
  publishedLive?: LiveSettings
}

/** A feature of which nothing is known yet. */
export function newFeature(feature: string): FeatureState {
  return {
    feature,
    revision: 0,
    active: null,
    history: [],
    rolledBack: [],
    takenBack: null,
    rollout: null,
    pastRollouts: [],
    capture: null,
    live: null,
  }
}
