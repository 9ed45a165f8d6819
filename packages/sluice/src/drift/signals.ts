import type { LogEntry, RequestEntry } from '../store/outcome-log.ts'
import type { Watched } from './detector.ts'

const shares = [0.02, 0.04, 0.08, 0.16, 0.32]
const rates = [0.003, 0.01, 0.03, 0.1, 0.3]

const rate: Watched = { reference: 1000, scale: 'share', direction: 'rise', leastTolerance: 0.002, grid: rates }
const middle: Watched = {
  reference: 500,
  scale: { quantile: 0.5 },
  direction: 'both',
  leastTolerance: 0.02,
  grid: shares,
}

/** What the drift watch looks at, by name. */
export const signals = {
  score: { reference: 300, scale: 'share', direction: 'both', leastTolerance: 0.01, grid: shares },
  errors: rate,
  refusals: rate,
  invalid: rate,
  latency: { reference: 500, scale: { quantile: 0.9 }, direction: 'rise', leastTolerance: 0.02, grid: shares },
  length: middle,
  cost: middle,
  inputs: middle,
} satisfies Record<string, Watched>

export type Signal = keyof typeof signals

export const signalNames = Object.keys(signals) as Signal[]

/** Beyond this no measure is meant; entries of before there were bounds may hold more. */
const most = 1e9

/** What an entry of the log shows of each signal; nothing of what it does not hold, or what cannot have been measured. */
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
    Object.entries(measured).filter(([, value]) => value !== null && value >= 0 && value <= most),
  )
}
