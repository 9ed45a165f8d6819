import { flagRatio, logMixture } from '../stats/index.ts'

/** By what factor one arm may be judged more often than it should: what is looked for. */
const ratios = { grid: [0.5, 0.8, 1.25, 2], weights: [0.25, 0.25, 0.25, 0.25] } as const

const believed = Math.log(100)
const suspected = Math.log(10)

/** Log likelihood ratios of the arms of judged users, against the shares they should have. Additive. */
export function newJudgedRatio(): number[] {
  return ratios.grid.map(() => 0)
}

/** Adds a judged user, whose arm is the canary's with probability `pi`, in place. */
export function addJudged(judged: number[], canary: boolean, pi: number): void {
  flagRatio(judged, { canary, pi }, { nullRatio: 1, grid: ratios.grid })
}

/** One arm is judged more often than it should be, at 99 % confidence: its scores prove nothing. */
export function isJudgedUnevenly(judged: readonly number[]): boolean {
  return logMixture(ratios.weights, judged) >= believed
}

/** One arm may be judged more often than it should be: until that is refuted its scores do not speak against the canary. */
export function isJudgingSuspect(judged: readonly number[]): boolean {
  return logMixture(ratios.weights, judged) >= suspected
}
