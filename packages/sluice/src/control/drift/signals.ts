import { type LogEntry, mostMeasured, type RequestEntry } from '../../records/outcome.ts'
import type { Watched } from './detector.ts'

const rates = [0.005, 0.02, 0.08, 0.3]

const rate: Watched = {
  reference: 500,
  scale: 'share',
  direction: 'rise',
  leastTolerance: 0.003,
  weekTolerance: 0.05,
  leastSpread: 1,
  sizes: rates,
}
const middle: Watched = {
  reference: 500,
  scale: { quantile: 0.5 },
  direction: 'both',
  leastTolerance: 0.04,
  weekTolerance: 0.2,
  leastSpread: 1,
  sizes: [0.05, 0.1, 0.2, 0.4],
}

/** The signals of the drift watch, by name. */
export const signals = {
  score: {
    reference: 200,
    scale: 'share',
    direction: 'drop',
    leastTolerance: 0.005,
    weekTolerance: 0.1,
    leastSpread: 0.05,
    sizes: [0.02, 0.05, 0.15],
  },
  errors: rate,
  refusals: rate,
  invalid: rate,
  latency: {
    reference: 500,
    scale: { quantile: 0.9 },
    direction: 'rise',
    leastTolerance: 0.03,
    weekTolerance: 0.2,
    leastSpread: 1,
    sizes: [0.05, 0.1, 0.2, 0.4],
  },
  length: middle,
  cost: middle,
  inputs: middle,
} satisfies Record<string, Watched>

export type Signal = keyof typeof signals

export const driftSignals = Object.keys(signals) as Signal[]

/** The values of signals in a log entry, without unknown and impossible ones. */
export function observationsOf(entry: LogEntry): Partial<Record<Signal, number>> {
  if (entry.kind === 'score') return entry.score >= 0 && entry.score <= 1 ? { score: entry.score } : {}
  if (entry.kind === 'feedback') return {}
  const { error, refusal, invalid } = entry
  const all = { errors: error === null ? 0 : 1, refusals: refusal ? 1 : 0, invalid: invalid ? 1 : 0 }
  return error === null ? { ...all, ...measuresOf(entry) } : all
}

function measuresOf({ latencyMs, costUsd, inputTokens, outputTokens, outputChars }: RequestEntry) {
  const measured = { latency: latencyMs, cost: costUsd, inputs: inputTokens, length: outputTokens ?? outputChars }
  return Object.fromEntries(
    Object.entries(measured).filter(([, value]) => value !== null && value >= 0 && value <= mostMeasured),
  )
}
