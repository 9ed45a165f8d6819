import type { Arm } from '@sluice/client'
import type { ExpectedValue } from '../../../stats/e-values/incumbent-sums.ts'
import {
  addClusterScore,
  betScore,
  type ClusterSums,
  flagRatio,
  flagRatios,
  newClusterSums,
  type ScoreBetDesign,
  scoreDrops,
  type UserScores,
} from '../../../stats/index.ts'

/** A number and a sum of scores. */
interface MeanSums {
  count: number
  sum: number
}

/** Requests that could be flagged, flagged ones, and the sum over users of the squared number of their flags. */
export interface RateSums {
  requests: number
  flagged: number
  squares: number
}

/** What is known of the present window, and of the one before. */
type Lately<T> = [now: T, before: T]

/** What is known of a score. Additive. E-values are in logarithms, one for each drop that the bets look for. */
export interface ScoreSums {
  /** Log e-values of first contributions of a randomisation, by stage. */
  drop: number[][]
  /** Log e-values of the present window, of the first score of each user in it and of the second. */
  recent: { first: number[]; later: number[] }
  /** Contributions by arm. */
  users: Record<Arm, number>
  /** All scores of the present stage. */
  stage: Record<Arm, ClusterSums>
  lately: Lately<Record<Arm, MeanSums>>
  /**
   * Requests of the present stage that could be judged, and how many of them were, as if both arms were sampled alike.
   */
  asked: Record<Arm, number>
  answered: Record<Arm, number>
}

/** What is known of a flag, with one log e-value for each ratio of rates. */
export interface FlagSums {
  /**
   * Log e-values of the first flags of users, by stage: against the shares of users, and of requests of users not
   * flagged before.
   */
  ratio: number[][]
  exposed: number[][]
  /** Log e-values of the first flags in the present window, likewise. */
  recent: { ratio: number[]; exposed: number[] }
  /** Users who raised it. */
  flagged: Record<Arm, number>
  stage: Record<Arm, RateSums>
  lately: Lately<Record<Arm, RateSums>>
}

const both = <T>(make: () => T): Record<Arm, T> => ({ incumbent: make(), canary: make() })
const twice = <T>(make: () => T): Lately<T> => [make(), make()]
const none = () => 0
const zeros = (grid: readonly number[]) => grid.map(none)
const byStage = (stages: number, grid: readonly number[]) => Array.from({ length: stages }, () => zeros(grid))
const newMean = (): MeanSums => ({ count: 0, sum: 0 })
const newRate = (): RateSums => ({ requests: 0, flagged: 0, squares: 0 })

export function newScoreSums(stages: number): ScoreSums {
  return {
    drop: byStage(stages, scoreDrops.grid),
    recent: { first: zeros(scoreDrops.grid), later: zeros(scoreDrops.grid) },
    users: both(none),
    stage: both(newClusterSums),
    lately: twice(() => both(newMean)),
    asked: both(none),
    answered: both(none),
  }
}

export function newFlagSums(stages: number): FlagSums {
  return {
    ratio: byStage(stages, flagRatios.grid),
    exposed: byStage(stages, flagRatios.grid),
    recent: { ratio: zeros(flagRatios.grid), exposed: zeros(flagRatios.grid) },
    flagged: both(none),
    stage: both(newRate),
    lately: twice(() => both(newRate)),
  }
}

/** Begins a stage anew, in place. */
export function enterStage(score: ScoreSums, flags: readonly FlagSums[]): void {
  score.stage = both(newClusterSums)
  score.asked = both(none)
  score.answered = both(none)
  for (const flag of flags) flag.stage = both(newRate)
}

/** Begins a window anew, in place. */
export function enterWindow(score: ScoreSums, flags: readonly FlagSums[]): void {
  for (const part of Object.values(score.recent)) part.fill(0)
  score.lately = [both(newMean), score.lately[0]]
  for (const flag of flags) {
    for (const part of Object.values(flag.recent)) part.fill(0)
    flag.lately = [both(newRate), flag.lately[0]]
  }
}

/** Scores by another judge begin: those so far are none of its scale. The evidence against the canary stays. */
export function forgetScores(score: ScoreSums): void {
  score.stage = both(newClusterSums)
  score.lately = twice(() => both(newMean))
}

/**
 * Adds a score of the present stage, in place; `answered`: for how many requests it stands if both arms were sampled
 * alike.
 */
export function countScore(
  { stage, lately, answered: all }: ScoreSums,
  arm: Arm,
  { before, x, answered }: { before: UserScores; x: number; answered: number },
): void {
  addClusterScore(stage[arm], before, x)
  lately[0][arm].count += 1
  lately[0][arm].sum += x
  all[arm] += answered
}

export interface Contribution {
  arm: Arm
  /** Probability of the canary, in (0,1). */
  pi: number
  /** In [0,1]; more is better. */
  x: number
}

/** Bets on a score against "no worse but for `tolerance`"; what it brings is added to each of `all`, in place. */
export function betOnDrop(
  all: readonly (number[] | undefined)[],
  { arm, pi, x }: Contribution,
  expected: ExpectedValue,
  tolerance: number,
): void {
  const design: ScoreBetDesign = { test: 'drop', delta: tolerance, grid: scoreDrops.grid }
  addTo(all, (gains) => betScore(gains, { canary: arm === 'canary', pi, x }, expected, design))
}

/** Bets on the arm of a flagged request against "no more often"; `pi` is what it would be then. */
export function betOnFlag(all: readonly (number[] | undefined)[], arm: Arm, pi: number): void {
  if (!(pi > 0 && pi < 1)) return
  addTo(all, (gains) => flagRatio(gains, { canary: arm === 'canary', pi }, { nullRatio: 1, grid: flagRatios.grid }))
}

/** What a bet brings is the same for all who keep an account of it: reckoned once. What is no number is no gain. */
function addTo(accounts: readonly (number[] | undefined)[], bet: (gains: number[]) => void): void {
  const [first, ...more] = accounts
  if (!first) return
  const gains = first.map(none)
  bet(gains)
  if (!gains.every(Number.isFinite)) return
  for (const account of [first, ...more])
    for (let i = 0; i < gains.length; i += 1) if (account) account[i] = (account[i] ?? 0) + (gains[i] ?? 0)
}

/** Adds a request that could be flagged, in place; `before`: how many flags its user had in the present stage. */
export function addToRate(rate: RateSums, flagged: boolean, before: number): void {
  rate.requests += 1
  if (!flagged) return
  rate.flagged += 1
  rate.squares += 2 * before + 1
}
