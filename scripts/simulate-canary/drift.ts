import { driftSR, newDriftState, type Random, scoreDrops } from '../../packages/sluice/src/stats/index.ts'

export interface DriftScenario {
  deviation: number
  drop: number
  /** Scores after which the run ends without an alarm. */
  limit: number
}

const mean = 0.8
const threshold = Math.log(10_000)

/** Scores until the two-sided detector with A = 10,000 gives an alarm; undefined without one. */
export function alarmAfter({ deviation, drop, limit }: DriftScenario, random: Random): number | undefined {
  const design = { mean, tolerance: 0, deviation, ...scoreDrops, twoSided: true }
  const state = newDriftState(design)
  const level = mean - drop
  const size = (level * (1 - level)) / deviation ** 2 - 1
  for (let n = 1; n <= limit; n += 1) {
    const score = random.beta(level * size, (1 - level) * size)
    if (driftSR(state, score, design) >= threshold) return n
  }
  return undefined
}
