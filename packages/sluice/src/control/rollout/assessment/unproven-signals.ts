import type { Missing } from '../../../records/rollout/assessment.ts'
import { provenSignals } from '../statistics/estimates.ts'
import type { Assessment, SignalEvidence } from './assessment.ts'
import { worseSoFar } from './worse-so-far.ts'

/** A signal that has a say, and what it lacks for a promotion. */
export interface UnprovenSignal {
  signal: string
  /** `unknown`: nothing of both arms could be looked at. The others are those of what leaving the stage still takes. */
  why: 'unknown' | NonNullable<Missing['why']>
}

type Assessed = Pick<Assessment, 'signals'> & Partial<Pick<Assessment, 'figures'>>

/** The signals of which nothing is known, or which are not proven to be no worse by their margins. */
export function unprovenSignals({ signals, figures }: Assessed): UnprovenSignal[] {
  return signals.flatMap((one) => {
    const why = one.weight > 0 ? lackOf(one, figures) : null
    return why === null ? [] : [{ signal: one.signal, why }]
  })
}

function lackOf({ signal, logE }: SignalEvidence, figures: Assessed['figures']): UnprovenSignal['why'] | null {
  const found = figures?.signals.find((one) => one.signal === signal)
  if (logE === null || (found && isUnseen(found))) return 'unknown'
  if (!isProvable(signal)) return null
  const missing = figures?.missing.find(({ what }) => what === signal)
  if (missing) return missing.why ?? 'proof'
  const proof = found?.proof
  return proof && proof.eValue >= proof.needed ? null : 'proof'
}

/** Whether nothing was counted of an arm. */
export function isUnseen({ canary, incumbent }: { canary: object | null; incumbent: object | null }): boolean {
  return canary === null || incumbent === null
}

/** Whether each signal that has a say is proven to be no worse by its margin, and none looks worse at all. */
export function isProven(assessed: Assessed): boolean {
  const { signals } = assessed
  const isProofAsked = signals.some(({ signal, weight }) => weight > 0 && isProvable(signal))
  return isProofAsked && unprovenSignals(assessed).length === 0 && worseSoFar(signals) === null
}

/** No proof is asked of what users say. */
const isProvable = (signal: string) => provenSignals.some((one) => one === signal)
