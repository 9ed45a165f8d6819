import { evidenceLevel, type SignalEvidence } from './assessment.ts'
import { signalNames } from './signal-names.ts'
import { looksWorse } from './worse-so-far.ts'

/** What is read of an assessment, which an older control plane may have made. */
export interface AssessedSignals {
  signals: readonly Pick<SignalEvidence, 'signal' | 'weight' | 'logE' | 'difference'>[]
  /** Log evidence of all signals together that rolls back. */
  threshold: number
}

/** A signal whose weight is 0, so that it decides nothing. */
export interface UnaskedSignal {
  signal: string
  /** As much speaks against the canary as is worth a look, had it a say. */
  isClearlyWorse: boolean
}

/** The signals that have no say. Of costs an alert tells. */
export function unaskedSignals({ signals, threshold }: AssessedSignals): UnaskedSignal[] {
  return signals
    .filter(({ signal, weight }) => weight === 0 && signal in signalNames)
    .map((one) => ({
      signal: one.signal,
      isClearlyWorse: one.logE !== null && evidenceLevel({ logE: one.logE, threshold }) !== 'none' && looksWorse(one),
    }))
}
