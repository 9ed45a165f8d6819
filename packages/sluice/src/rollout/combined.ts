import { flagRatios, logMixture, scoreDrops } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { EvidenceSums } from './evidence.ts'
import { isJudgingSuspect } from './judged-ratio.ts'
import type { FlagSums, ScoreSums } from './signal-sums.ts'

/** Users of each arm without whose scores nothing is held against the canary. */
const fewestHeard = 5

/** Signals that may roll back. */
const decidingSignals = ['score', 'errors', 'slow', 'safety', 'feedback'] as const

export type DecidingSignal = (typeof decidingSignals)[number]

/**
 * Log e-value of a signal over restarts: the bets begin anew with each stage, so that what goes wrong late is not set off
 * against what went well before. Stage s gets 2^-(s+1) of the budget, the last one what remains.
 *
 * @param byStage log wealth that was won on users seen in each stage
 */
export function restartedLogE(byStage: readonly (readonly number[])[], weights: readonly number[]): number {
  const since = weights.map(() => 0)
  const last = byStage.length - 1
  const logs: number[] = []
  const shares: number[] = []
  for (let stage = last; stage >= 0; stage -= 1) {
    const budget = 2 ** -Math.min(stage + 1, last)
    const row = byStage[stage] ?? []
    for (let i = 0; i < since.length; i += 1) {
      since[i] = (since[i] ?? 0) + (row[i] ?? 0)
      logs.push(since[i] ?? 0)
      shares.push(budget * (weights[i] ?? 0))
    }
  }
  return logMixture(shares, logs)
}

/** Log e-value of one signal against "the canary is no worse". */
export function signalLogE(sums: EvidenceSums, signal: DecidingSignal): number {
  if (signal === 'score' || signal === 'feedback') return restartedLogE(sums[signal].drop, scoreDrops.weights)
  return restartedLogE(sums.flags[signal].ratio, flagRatios.weights)
}

/** Flagged users as a share of all users, canary minus incumbent; undefined while an arm has no user. */
export function flaggedDifference({ arms }: EvidenceSums, { flagged }: FlagSums): number | undefined {
  if (arms.incumbent.users === 0 || arms.canary.users === 0) return undefined
  return flagged.canary / arms.canary.users - flagged.incumbent / arms.incumbent.users
}

/**
 * All signals together, by their weights; what they leave of the budget is not staked. A rate that rose by less than
 * `flagFloor`, and scores of arms that may be judged unevenly, cannot speak against the canary.
 */
export function combinedLogE(sums: EvidenceSums, settings: RolloutSettings): number {
  const weights = decidingSignals.map((signal) => settings.signals[signal])
  const staked = weights.reduce((sum, weight) => sum + weight, 0)
  const logs = decidingSignals.map((signal, i) => {
    if ((weights[i] ?? 0) === 0) return 0
    const logE = signalLogE(sums, signal)
    return mayAccuse(sums, settings, signal) ? logE : Math.min(logE, 0)
  })
  return logMixture([...weights, Math.max(0, 1 - staked)], [...logs, 0])
}

/** Scores of one arm alone, where those of the other do not arrive, compare nothing. */
function areBothHeard({ users }: ScoreSums): boolean {
  return Math.min(users.incumbent, users.canary) >= fewestHeard
}

/** Whether a signal's evidence, if there is any, is of a kind that rolls back. */
function mayAccuse(sums: EvidenceSums, settings: RolloutSettings, signal: DecidingSignal): boolean {
  if (signal === 'score') return areBothHeard(sums.score) && !isJudgingSuspect(sums.judged)
  if (signal === 'feedback') return areBothHeard(sums.feedback)
  return (flaggedDifference(sums, sums.flags[signal]) ?? 0) >= settings.flagFloor
}
