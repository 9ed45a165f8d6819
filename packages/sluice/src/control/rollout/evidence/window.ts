import type { Arm } from '@sluice/client'

/** The stretch of time in which evidence of late harm is gathered anew, and the stage that it lies in. */
export interface Window {
  /** Counts up from 0. */
  index: number
  stage: number
  /** When its first request was received, and the first of its stage, ms since the epoch; null before the first. */
  since: number | null
  stageSince: number | null
  /** Requests in the stage, and in the window, and scores of the canary in the window. */
  staged: Record<Arm, number>
  canary: { requests: number; scores: number }
}

/** So many windows share three quarters of the weight evenly; those after them share the rest. */
const planned = 24
const onPlanned = 0.75

export function newWindow(): Window {
  return {
    index: 0,
    stage: 0,
    since: null,
    stageSince: null,
    staged: { incumbent: 0, canary: 0 },
    canary: { requests: 0, scores: 0 },
  }
}

/** The weight of this window, and that of all windows yet to come: what past ones had is lost. */
export function windowWeights({ index }: Pick<Window, 'index'>): { now: number; later: number } {
  const onLate = 1 - onPlanned
  if (index < planned)
    return { now: onPlanned / planned, later: (onPlanned * (planned - index - 1)) / planned + onLate }
  const late = index - planned
  return { now: onLate / ((late + 1) * (late + 2)), later: onLate / (late + 2) }
}
