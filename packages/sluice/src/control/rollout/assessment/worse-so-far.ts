import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { SignalEvidence } from './assessment.ts'

/** Signals of which less is worse; of all others, more is. */
const goodSignals = ['score', 'feedback']

const worse: Record<string, string> = {
  score: 'score lower',
  errors: 'more errors',
  slow: 'more slow requests',
  safety: 'more refusals and invalid answers',
  feedback: 'users less pleased',
} satisfies Record<keyof RolloutSettings['signals'], string>

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
export function looksWorse({ signal, difference }: Pick<SignalEvidence, 'signal' | 'difference'>): boolean {
  if (difference === null || Number.parseFloat(sizeText({ signal, difference })) === 0) return false
  return goodSignals.includes(signal) ? difference < 0 : difference > 0
}

/** `more errors` */
export function worseWords(signal: string): string {
  return worse[signal] ?? `${signal} worse`
}

/** `no verdict yet, score lower and more errors so far`; null where nothing looks worse. */
export function worseSoFar(signals: readonly SignalEvidence[]): string | null {
  const found = worseSignals(signals).map(({ signal }) => worseWords(signal))
  return found.length === 0 ? null : `no verdict yet, ${found.join(' and ')} so far`
}
