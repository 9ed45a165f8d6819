import type { ProofStrength } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { type ProvenSignal, provenSignals } from '../statistics/estimates.ts'

/** The weights of the signals, as far as they are known. */
export type KnownWeights = Readonly<Partial<Record<keyof RolloutSettings['signals'], number | undefined>>>

/** The settings on which it depends what a promotion rests on, as far as they are known. */
export interface ProofRules {
  advance?: string | undefined
  signals?: KnownWeights | undefined
}

/** What a signal without a weight leaves unwatched. What users say is never waited for. */
export const signalParts: Readonly<Partial<Record<string, string>>> = {
  score: 'quality',
  errors: 'errors',
  slow: 'slowness',
  safety: 'refusals',
}

const allSignals = [...provenSignals, 'feedback'] as const

/** Whether any signal has a weight, so that evidence may roll a canary back. */
export function isAnyWatched(weights: KnownWeights): boolean {
  return allSignals.some((signal) => weights[signal] !== 0)
}

/** Whether a promotion by evidence asks a proof of any signal. Where it asks none time alone promotes. */
export function isProofAsked(weights: KnownWeights): boolean {
  return provenSignals.some((signal) => weights[signal] !== 0)
}

/** What a promotion rests on that needs neither a person nor the rule for the undecided. */
export function strengthBy({ advance, signals }: ProofRules): Exclude<ProofStrength, 'weak'> {
  return advance === 'soak' || !isProofAsked(signals ?? {}) ? 'time' : 'strong'
}

/** What signals watch, as the subject of a sentence. */
interface NamedParts {
  text: string
  verb: 'is' | 'are'
}

/**
 * What a canary may be worse in without any consequence, since its signal has no weight; null: nothing.
 * @example `quality, slowness and refusals`
 */
export function unwatchedParts(weights: KnownWeights): NamedParts | null {
  return namedParts((signal) => weights[signal] === 0)
}

/** What is watched where no scores come; null: nothing is. */
export function watchedWithoutScores(weights: KnownWeights): NamedParts | null {
  return namedParts((signal) => signal !== 'score' && weights[signal] !== 0)
}

function namedParts(isMeant: (signal: ProvenSignal) => boolean): NamedParts | null {
  const found = provenSignals.filter(isMeant)
  if (found.length === 0) return null
  const names = found.flatMap((signal) => signalParts[signal] ?? [])
  const verb = found.length === 1 && found[0] !== 'errors' && found[0] !== 'safety' ? 'is' : 'are'
  return { text: new Intl.ListFormat('en-GB').format(names), verb }
}
