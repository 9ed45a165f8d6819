import type { Arm } from '@sluice/client'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import {
  type ClusterSums,
  clusterVariance,
  effectiveUsers,
  flagRatios,
  logMixture,
  scoreDrops,
} from '../../../stats/index.ts'
import { stageShare } from '../evidence/randomisation.ts'
import type { FlagSums, RateSums, ScoreSums } from '../evidence/signal-sums.ts'
import type { DecidingSums } from '../evidence/tokens.ts'
import { type Window, windowWeights } from '../evidence/window.ts'

/** Users of each arm without whose scores nothing is held against the canary. */
const fewestScored = 5

/** Signals that may roll back. */
const decidingSignals = ['score', 'errors', 'slow', 'safety', 'feedback'] as const

export type DecidingSignal = (typeof decidingSignals)[number]

/**
 * Log e-value of a signal over restarts: the bets begin anew with each stage, so that what goes wrong late is not set
 * off against what went well before. Stage s gets 2^-(s+1) of the budget, the last one what remains.
 *
 * @param byStage log e-values of the bets on users seen in each stage
 */
export function restartedLogE(byStage: readonly (readonly number[])[], weights: readonly number[]): number {
  const since = weights.map(() => 0)
  const last = byStage.length - 1
  const logs: number[] = []
  const shares: number[] = []
  // Stages without evidence leave the e-values as they were: their budgets are on the same bets.
  let budget = 0
  const put = () => {
    for (let i = 0; i < since.length; i += 1) {
      logs.push(since[i] ?? 0)
      shares.push(budget * (weights[i] ?? 0))
    }
    budget = 0
  }
  for (let stage = last; stage >= 0; stage -= 1) {
    const row = byStage[stage] ?? []
    if (row.some(hasEvidence)) {
      if (budget > 0) put()
      for (let i = 0; i < since.length; i += 1) since[i] = (since[i] ?? 0) + (row[i] ?? 0)
    }
    budget += 2 ** -Math.min(stage + 1, last)
  }
  put()
  return logMixture(shares, logs)
}

const hasEvidence = (log: number) => log !== 0

/**
 * The weights of a signal's parts: the first contributions of users since a stage began, single windows, and the means
 * of all scores of a stage.
 */
const flagWeights = { stages: 0.6, windows: 0.4 }
const scoreWeights = { stages: 0.4, windows: 0.3, means: 0.3 }

/** Each user's first score in a window has this part of the window's weight, the second has the rest. */
const onFirstScores = 0.5

/** How a signal's evidence is weighed. */
export interface Weighing {
  settings: RolloutSettings
  window: Pick<Window, 'index' | 'stage'>
  /** Scores may be of arms that are judged unevenly, and do not speak against the canary. */
  suspect: boolean
}

/** Log e-value of one signal against "the canary is no worse". */
export function signalLogE(one: DecidingSums, signal: DecidingSignal, weighing: Weighing): number {
  if (signal === 'feedback') return restartedLogE(one.feedback.drop, scoreDrops.weights)
  if (signal === 'score') return scoreLogE(one.score, weighing)
  const { settings } = weighing
  if (signal !== 'slow') return flagLogE(one.flags[signal], floorOf(signal, settings), weighing)
  const slow = flagLogE(slowOf(one), floorOf(signal, settings), weighing)
  const stalled = flagLogE(one.flags.stalled, floorOf('errors', settings), weighing)
  return logMixture([0.5, 0.5], [slow, stalled])
}

function scoreLogE(score: ScoreSums, { settings, window }: Weighing): number {
  const { drop, recent, stage } = score
  const first = logMixture(scoreDrops.weights, recent.first)
  const later = logMixture(scoreDrops.weights, recent.later)
  const recently = logMixture([onFirstScores, 1 - onFirstScores], [first, later])
  const onMeans = meansWeights(settings, window)
  const parts = [...partsOf(scoreWeights, window), scoreWeights.means * onMeans.now, scoreWeights.means * onMeans.later]
  return logMixture(parts, [restartedLogE(drop, scoreDrops.weights), recently, 0, dropOfMeans(stage, settings), 0])
}

/**
 * How the weight of means is divided between the present stage and those to come: the last one has half. What past
 * ones had is lost.
 */
function meansWeights({ stages }: RolloutSettings, { stage }: Pick<Window, 'stage'>): { now: number; later: number } {
  const last = stages.filter((_, i) => stageShare(stages, i) < 1).length - 1
  if (stage >= last) return { now: last === 0 ? 1 : 0.5, later: 0 }
  return { now: 0.5 / last, later: 1 - (0.5 * (stage + 1)) / last }
}

/** Users of each arm, as many who send the same, from which on a mean is as good as normal. */
const fewestForMeans = 50

/**
 * Log e-value against "the mean of all scores of the stage is not lower, but for what is tolerated": a mixture of
 * likelihood ratios as if the difference were a Brownian motion in its information (the normal limit of a mean over
 * users).
 */
function dropOfMeans({ incumbent, canary }: Record<Arm, ClusterSums>, { tolerance }: RolloutSettings): number {
  if (!(Math.min(effectiveUsers(incumbent), effectiveUsers(canary)) >= fewestForMeans)) return 0
  const variance = clusterVariance(incumbent) + clusterVariance(canary)
  if (!(variance > 0)) return 0
  const drop = incumbent.sum / incumbent.count - canary.sum / canary.count - tolerance
  const logs = scoreDrops.grid.map((by) => (by * (drop - by / 2)) / variance)
  return logMixture(scoreDrops.weights, logs)
}

/**
 * The smaller of what the shares of the users and the shares of the requests say: users of a better version come more
 * often and raise a flag sooner, those of a worse one less often.
 */
function flagLogE(flag: FlagSums, floor: Floor, { window }: Weighing): number {
  const { ratio, exposed, recent, lately } = flag
  const ofStages = leastOf(ratio, exposed, (logEs) => restartedLogE(logEs, flagRatios.weights))
  const ofWindow = leastOf(recent.ratio, recent.exposed, (logEs) => logMixture(flagRatios.weights, logEs))
  const mayStages = isHigher(flag, floor)
  const mayWindow = exceeds(lately[0], floor)
  return logMixture(partsOf(flagWeights, window), [
    mayStages ? ofStages : Math.min(ofStages, 0),
    mayWindow ? ofWindow : Math.min(ofWindow, 0),
    0,
  ])
}

/** A forecast keeps one account for both. */
function leastOf<T>(a: T, b: T, logE: (logEs: T) => number): number {
  return a === b ? logE(a) : Math.min(logE(a), logE(b))
}

/** How the weight of windows is divided: for this one, and for those to come. */
function partsOf({ stages, windows }: { stages: number; windows: number }, window: Pick<Window, 'index'>): number[] {
  const { now, later } = windowWeights(window)
  return [stages, windows * now, windows * later]
}

/** Requests in no kind of warm-up, as a share of the incumbent's, below which all are compared. */
const settledShare = 0.25

/**
 * Slow are requests that nothing but the version can have made slow; where hardly any request is such, since no user
 * comes twice, all of them.
 */
function slowOf({ flags: { slow, slowAny } }: DecidingSums): FlagSums {
  const counted = (sums: FlagSums) => sums.lately[0].incumbent.requests + sums.lately[1].incumbent.requests
  const isRare = counted(slow) < settledShare * counted(slowAny) && slowAny.lately[1].incumbent.requests > 0
  return isRare ? slowAny : slow
}

/** The sums of a signal that is a flag. */
export function flagOf(one: DecidingSums, signal: 'errors' | 'slow' | 'safety'): FlagSums {
  return signal === 'slow' ? slowOf(one) : one.flags[signal]
}

/** How much more often than the incumbent's requests of the canary must be flagged to roll back. */
export interface Floor {
  /** Difference of the rates. */
  least: number
  /** The difference as a part of the incumbent's rate. */
  relative: number
}

/**
 * One in twenty of the incumbent's requests is slow by definition: a few more of them are a colder cache, not a slower
 * version.
 */
export function floorOf(signal: DecidingSignal, { flagFloor }: RolloutSettings): Floor {
  return { least: flagFloor, relative: signal === 'slow' ? 0.4 : 0 }
}

/** Standard errors by which a rate must be higher. A few users with many failed requests are few. */
const clearly = 1.5

/** Whether the rate of the stage, or of the last two windows, is higher by so much that it may roll back. */
export function isHigher({ stage, lately }: Pick<FlagSums, 'stage' | 'lately'>, floor: Floor): boolean {
  return exceeds(stage, floor) || exceeds(sumOfRates(...lately), floor)
}

function exceeds({ incumbent, canary }: Record<Arm, RateSums>, { least, relative }: Floor): boolean {
  if (incumbent.requests === 0 || canary.requests === 0) return false
  const usual = incumbent.flagged / incumbent.requests
  const rise = canary.flagged / canary.requests - usual
  const se = Math.sqrt(canary.squares / canary.requests ** 2 + incumbent.squares / incumbent.requests ** 2)
  return rise >= Math.max(least, relative * usual, clearly * se)
}

function sumOfRates(a: Record<Arm, RateSums>, b: Record<Arm, RateSums>): Record<Arm, RateSums> {
  const sum = (arm: Arm) => ({
    requests: a[arm].requests + b[arm].requests,
    flagged: a[arm].flagged + b[arm].flagged,
    squares: a[arm].squares + b[arm].squares,
  })
  return { incumbent: sum('incumbent'), canary: sum('canary') }
}

/**
 * All signals together, by their weights; no signal has what they leave. A rate that rose by less than
 * `flagFloor`, and scores of arms that may be judged unevenly, cannot speak against the canary.
 */
export function combinedLogE(one: DecidingSums, weighing: Weighing): number {
  const { signals } = weighing.settings
  const weights = decidingSignals.map((signal) => signals[signal])
  const weighted = weights.reduce((sum, weight) => sum + weight, 0)
  const logs = decidingSignals.map((signal, i) => {
    if ((weights[i] ?? 0) === 0) return 0
    const logE = signalLogE(one, signal, weighing)
    return mayRollBack(one, signal, weighing) ? logE : Math.min(logE, 0)
  })
  return logMixture([...weights, Math.max(0, 1 - weighted)], [...logs, 0])
}

/** Scores of one arm alone, where those of the other do not arrive, compare nothing. */
function areBothScored({ users }: ScoreSums): boolean {
  return Math.min(users.incumbent, users.canary) >= fewestScored
}

/** Whether a signal's evidence, if there is any, is of a kind that rolls back. */
function mayRollBack(one: DecidingSums, signal: DecidingSignal, { suspect }: Weighing): boolean {
  if (signal === 'score') return areBothScored(one.score) && !suspect
  return signal !== 'feedback' || areBothScored(one.feedback)
}
