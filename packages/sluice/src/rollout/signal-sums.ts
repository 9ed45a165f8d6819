import type { Arm } from '@sluice/client'
import {
  addIncumbent,
  betScore,
  expectIncumbent,
  flagRatio,
  flagRatios,
  type IncumbentSums,
  newIncumbentSums,
  type Prior,
  rateDrops,
  scoreDrops,
} from '../stats/index.ts'

/** A contribution of one user, once per randomisation. */
export interface Contribution {
  arm: Arm
  /** Of the exposure. */
  stage: number
  /** Probability of the canary, in (0,1). */
  pi: number
  /** In [0,1]; more is better. */
  x: number
}

/** Log wealth of the bets on a score, by stage, and on its not being worse, by margin. Additive. */
export interface ScoreSums {
  drop: number[][]
  nonInferior: number[][]
  history: IncumbentSums
  /** Contributions by arm. */
  users: Record<Arm, number>
}

/** The same for a flag, where the drop is a ratio of rates. */
export interface FlagSums {
  ratio: number[][]
  nonInferior: number[][]
  history: IncumbentSums
  users: Record<Arm, number>
  /** Users who raised it. */
  flagged: Record<Arm, number>
}

const rows = (count: number, grid: readonly number[]) => Array.from({ length: count }, () => grid.map(() => 0))

export function newScoreSums(stages: number, margins: number): ScoreSums {
  return {
    drop: rows(stages, scoreDrops.grid),
    nonInferior: rows(margins, scoreDrops.grid),
    history: newIncumbentSums(),
    users: { incumbent: 0, canary: 0 },
  }
}

export function newFlagSums(stages: number, margins: number): FlagSums {
  return {
    ratio: rows(stages, flagRatios.grid),
    nonInferior: rows(margins, rateDrops.grid),
    history: newIncumbentSums(),
    users: { incumbent: 0, canary: 0 },
    flagged: { incumbent: 0, canary: 0 },
  }
}

interface Stakes {
  /** Of the incumbents before; those of `sums`, or of a common state of several workers. */
  history: IncumbentSums
  prior: Prior
  margins: readonly number[]
}

interface ScoreStakes extends Stakes {
  tolerance: number
  /** Incumbents without whom nothing is staked: a belief that is far off would pass for a drop if canary scores got lost. */
  warmUp: number
}

/** Bets on a score, for each of `all`: against "no worse but for `tolerance`", and against "worse by the margin". */
export function addScore(all: readonly ScoreSums[], contribution: Contribution, stakes: ScoreStakes): void {
  if (stakes.history.n >= stakes.warmUp) betOnScore(all, contribution, stakes)
  count(all, contribution)
}

function betOnScore(all: readonly ScoreSums[], contribution: Contribution, stakes: ScoreStakes): void {
  const expected = expectIncumbent(stakes.history, stakes.prior)
  const bet = { canary: contribution.arm === 'canary', pi: contribution.pi, x: contribution.x }
  const { stage } = contribution
  addTo(
    all.map(({ drop }) => drop[stage]),
    (gains) => betScore(gains, bet, expected, { test: 'drop', delta: stakes.tolerance, grid: scoreDrops.grid }),
  )
  for (const [i, delta] of stakes.margins.entries()) {
    const wealth = all.map(({ nonInferior }) => nonInferior[i])
    addTo(wealth, (gains) => betScore(gains, bet, expected, { test: 'nonInferior', delta, grid: scoreDrops.grid }))
  }
}

/** Bets against "flagged more often by the margin": `x` is 0 for a flagged request, else 1. */
export function addUnflagged(
  all: readonly FlagSums[],
  contribution: Contribution,
  { history, prior, margins }: Stakes,
): void {
  const expected = expectIncumbent(history, prior)
  const bet = { canary: contribution.arm === 'canary', pi: contribution.pi, x: contribution.x }
  for (const [i, delta] of margins.entries()) {
    const wealth = all.map(({ nonInferior }) => nonInferior[i])
    addTo(wealth, (gains) => betScore(gains, bet, expected, { test: 'nonInferior', delta, grid: rateDrops.grid }))
  }
  count(all, contribution)
}

/** The first flag of a user, whose `pi` is the share of the stage. */
export function addFlagged(all: readonly FlagSums[], { arm, stage, pi }: Omit<Contribution, 'x'>): void {
  if (pi > 0 && pi < 1)
    addTo(
      all.map(({ ratio }) => ratio[stage]),
      (gains) => flagRatio(gains, { canary: arm === 'canary', pi }, { nullRatio: 1, grid: flagRatios.grid }),
    )
  for (const { flagged } of all) flagged[arm] += 1
}

/** What a bet brings is the same for all who keep an account of it: reckoned once. What is no number is no gain. */
function addTo(accounts: readonly (number[] | undefined)[], bet: (gains: number[]) => void): void {
  const [first, ...more] = accounts
  if (!first) return
  const gains = first.map(() => 0)
  bet(gains)
  if (!gains.every(Number.isFinite)) return
  for (const account of [first, ...more])
    for (let i = 0; i < gains.length; i += 1) if (account) account[i] = (account[i] ?? 0) + (gains[i] ?? 0)
}

function count(all: readonly (ScoreSums | FlagSums)[], { arm, x }: Contribution): void {
  for (const sums of all) {
    sums.users[arm] += 1
    if (arm === 'incumbent') addIncumbent(sums.history, x)
  }
}
