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

/** Bets on a score: against "no worse but for `tolerance`", and against "worse by the margin". */
export function addScore(sums: ScoreSums, contribution: Contribution, stakes: ScoreStakes): void {
  if (stakes.history.n >= stakes.warmUp) betOnScore(sums, contribution, stakes)
  count(sums, contribution)
}

function betOnScore(sums: ScoreSums, contribution: Contribution, stakes: ScoreStakes): void {
  const expected = expectIncumbent(stakes.history, stakes.prior)
  const bet = { canary: contribution.arm === 'canary', pi: contribution.pi, x: contribution.x }
  const drop = sums.drop[contribution.stage]
  if (drop) betScore(drop, bet, expected, { test: 'drop', delta: stakes.tolerance, grid: scoreDrops.grid })
  for (const [i, delta] of stakes.margins.entries()) {
    const wealth = sums.nonInferior[i]
    if (wealth) betScore(wealth, bet, expected, { test: 'nonInferior', delta, grid: scoreDrops.grid })
  }
}

/** Bets against "flagged more often by the margin": `x` is 0 for a flagged request, else 1. */
export function addUnflagged(sums: FlagSums, contribution: Contribution, { history, prior, margins }: Stakes): void {
  const expected = expectIncumbent(history, prior)
  const bet = { canary: contribution.arm === 'canary', pi: contribution.pi, x: contribution.x }
  for (const [i, delta] of margins.entries()) {
    const wealth = sums.nonInferior[i]
    if (wealth) betScore(wealth, bet, expected, { test: 'nonInferior', delta, grid: rateDrops.grid })
  }
  count(sums, contribution)
}

/** The first flag of a user, whose `pi` is the share of the stage. */
export function addFlagged(sums: FlagSums, { arm, stage, pi }: Omit<Contribution, 'x'>): void {
  const wealth = sums.ratio[stage]
  if (wealth && pi > 0 && pi < 1) {
    flagRatio(wealth, { canary: arm === 'canary', pi }, { nullRatio: 1, grid: flagRatios.grid })
  }
  sums.flagged[arm] += 1
}

function count(sums: ScoreSums | FlagSums, { arm, x }: Contribution): void {
  sums.users[arm] += 1
  if (arm === 'incumbent') addIncumbent(sums.history, x)
}
