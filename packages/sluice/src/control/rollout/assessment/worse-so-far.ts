import { evidenceLevel, type SignalEvidence } from './assessment.ts'
import { signalNames, worseWords } from './signal-names.ts'

/** Signals of which less is worse; of all others, more is. */
const goodSignals = ['score', 'feedback']

/** `0.109`, `0.45 points`: in as many digits as the figures have, so that a sentence and a table say the same. */
export function sizeText({ signal, difference }: Pick<SignalEvidence, 'signal' | 'difference'>): string {
  const size = Math.abs(difference ?? 0)
  return goodSignals.includes(signal) ? size.toFixed(3) : `${(100 * size).toFixed(2)} points`
}

/** The deciding signals that look worse by as much as the figures show, however little that proves. */
export function worseSignals(signals: readonly SignalEvidence[]): SignalEvidence[] {
  return signals.filter((one) => one.weight > 0 && looksWorse(one))
}

/** Whether a signal looks worse by as much as the figures show. */
function looksWorse({ signal, difference }: Pick<SignalEvidence, 'signal' | 'difference'>): boolean {
  if (difference === null || Number.parseFloat(sizeText({ signal, difference })) === 0) return false
  return goodSignals.includes(signal) ? difference < 0 : difference > 0
}

/** `no verdict yet, score lower and more errors so far`; null where nothing looks worse. */
export function worseSoFar(signals: readonly SignalEvidence[]): string | null {
  const found = worseSignals(signals).map(({ signal }) => worseWords(signal))
  return found.length === 0 ? null : `no verdict yet, ${found.join(' and ')} so far`
}

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
