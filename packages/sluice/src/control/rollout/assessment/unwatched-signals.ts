import type { ProofStrength } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { type ProvenSignal, provenSignals } from '../statistics/estimates.ts'
import { type NamedParts, namedParts } from './signal-names.ts'

/** The weights of the signals, as far as they are known. */
export type KnownWeights = Readonly<Partial<Record<keyof RolloutSettings['signals'], number | undefined>>>

/** The settings on which it depends what a promotion rests on, as far as they are known. */
export interface ProofRules {
  advance?: string | undefined
  signals?: KnownWeights | undefined
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

/**
 * What a canary may be worse in without any consequence, since its signal has no weight; null: nothing.
 * @example `quality and slowness`
 */
export function unwatchedParts(weights: KnownWeights): NamedParts | null {
  return partsWhere((signal) => weights[signal] === 0)
}

/** What is watched where no scores come; null: nothing is. */
export function watchedWithoutScores(weights: KnownWeights): NamedParts | null {
  return partsWhere((signal) => signal !== 'score' && weights[signal] !== 0)
}

function partsWhere(isMeant: (signal: ProvenSignal) => boolean): NamedParts | null {
  const found = provenSignals.filter(isMeant)
  return found.length === 0 ? null : namedParts(found)
}
