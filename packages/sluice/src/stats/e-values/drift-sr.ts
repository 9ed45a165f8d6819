import { largestLoss } from './bet-score.ts'

/**
 * The evidence of a change, bet by bet: log(1 + M) of the Shiryaev-Roberts sums M. All 0 at the start and after an
 * alarm.
 */
export interface DriftState {
  down: number[]
  up: number[]
}

export interface DriftDesign {
  /** The mean of the scores before a change, and the deviation from it that is no drift. */
  mean: number
  tolerance: number
  /** Their standard deviation: sizes the bets, not the false alarms. */
  deviation: number
  grid: readonly number[]
  weights: readonly number[]
  /** Whether half of the weight bets on a rise; otherwise all of it bets on a drop. */
  twoSided: boolean
}

const largestLog = 690

export function newDriftState({ grid }: Pick<DriftDesign, 'grid'>): DriftState {
  return { down: grid.map(() => 0), up: grid.map(() => 0) }
}

/**
 * Adds the score `x` in [0,1], in place (Shin, Ramdas & Rinaldo 2023, e-detectors). Order matters, so one worker per
 * detector. Alarm where the answer reaches log A: while nothing has changed, alarms are A scores apart on average, or
 * more.
 *
 * @returns log R, -Infinity while there is no evidence at all
 */
export function driftSR(state: DriftState, x: number, design: DriftDesign): number {
  const { mean, tolerance } = design
  const down = addBets(state.down, mean - tolerance - x, 1 - mean + tolerance, design)
  if (!design.twoSided) return Math.log(down)
  const up = addBets(state.up, x - mean - tolerance, mean + tolerance, design)
  return Math.log((down + up) / 2)
}

/** M <- (1 + M)(1 + fraction gain) for each bet; answers the weighted sum of the M. */
function addBets(logs: number[], gain: number, worst: number, { grid, weights, deviation }: DriftDesign): number {
  let total = 0
  for (let i = 0; i < grid.length; i += 1) {
    const fraction = Math.min((grid[i] ?? 0) / deviation ** 2, largestLoss / worst)
    const log = Math.min((logs[i] ?? 0) + Math.log1p(fraction * gain), largestLog)
    total += (weights[i] ?? 0) * Math.exp(log)
    logs[i] = log > 30 ? log : Math.log1p(Math.exp(log))
  }
  return total
}
