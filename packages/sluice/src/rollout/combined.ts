import type { Arm } from '@sluice/client'
import { flagRatios, logMixture, scoreDrops } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { FlagSums, ScoreSums } from './signal-sums.ts'
import type { DecidingSums } from './testimony.ts'

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
export function signalLogE(one: DecidingSums, signal: DecidingSignal): number {
  if (signal === 'score' || signal === 'feedback') return restartedLogE(one[signal].drop, scoreDrops.weights)
  return restartedLogE(one.flags[signal].ratio, flagRatios.weights)
}

/** Flagged users as a share of all users, canary minus incumbent; undefined while an arm has no user. */
export function flaggedDifference(
  users: Record<Arm, number>,
  { flagged }: Pick<FlagSums, 'flagged'>,
): number | undefined {
  if (users.incumbent === 0 || users.canary === 0) return undefined
  return flagged.canary / users.canary - flagged.incumbent / users.incumbent
}

/**
 * All signals together, by their weights; what they leave of the budget is not staked. A rate that rose by less than
 * `flagFloor`, and scores of arms that may be judged unevenly (`suspect`), cannot speak against the canary.
 */
export function combinedLogE(one: DecidingSums, settings: RolloutSettings, suspect: boolean): number {
  const weights = decidingSignals.map((signal) => settings.signals[signal])
  const staked = weights.reduce((sum, weight) => sum + weight, 0)
  const logs = decidingSignals.map((signal, i) => {
    if ((weights[i] ?? 0) === 0) return 0
    const logE = signalLogE(one, signal)
    return mayAccuse(one, settings, { signal, suspect }) ? logE : Math.min(logE, 0)
  })
  return logMixture([...weights, Math.max(0, 1 - staked)], [...logs, 0])
}

/** Scores of one arm alone, where those of the other do not arrive, compare nothing. */
function areBothHeard({ users }: ScoreSums): boolean {
  return Math.min(users.incumbent, users.canary) >= fewestHeard
}

/** Whether a signal's evidence, if there is any, is of a kind that rolls back. */
function mayAccuse(
  one: DecidingSums,
  { flagFloor }: RolloutSettings,
  { signal, suspect }: { signal: DecidingSignal; suspect: boolean },
): boolean {
  if (signal === 'score') return areBothHeard(one.score) && !suspect
  if (signal === 'feedback') return areBothHeard(one.feedback)
  return (flaggedDifference(one.users, one.flags[signal]) ?? 0) >= flagFloor
}
