import type { Arm } from '@sluice/client'
import { flagRatio, logMixture } from '../../../stats/index.ts'
import { judgedShare } from './randomisation.ts'

/** The factors that are looked for by which one arm may be judged more often than it should. */
const ratios = { grid: [0.5, 0.8, 1.25, 2], weights: [0.25, 0.25, 0.25, 0.25] } as const

/** Mismatches are believed at 99 % confidence, over all tokens together. */
export const mismatchLogE = Math.log(100)
const suspectLogE = Math.log(10)

/** Log likelihood ratios of the arms of judged users, against the shares they should have. Additive. */
export function newJudgedRatio(): number[] {
  return ratios.grid.map(() => 0)
}

interface Judged {
  arm: Arm
  stage: number
  /** The chance with which a judged user with this assignment was to be the canary's. */
  pi: number
  isCandidate: boolean
  canaryRate: number
  incumbentRate: number
}

interface Counted {
  judged: number[]
  judgedLately: number[]
  candidates: readonly Record<Arm, number>[]
}

/**
 * Adds a judged user, in place. Of the candidates of a stage each is judged with the probability of its arm; where
 * there are none, the user was to be the canary's with probability `pi`. Whose users come more often has more
 * candidates, which is no fault of the judging.
 */
export function addJudged({ judged, judgedLately, candidates }: Counted, one: Judged): void {
  const counts = candidates[one.stage]
  const isCounted = one.isCandidate && counts !== undefined && counts.canary > 0 && counts.incumbent > 0
  const pi = isCounted
    ? judgedShare(counts.canary / (counts.canary + counts.incumbent), one.canaryRate, one.incumbentRate)
    : one.pi
  if (!(pi > 0 && pi < 1)) return
  for (const ratio of [judged, judgedLately])
    flagRatio(ratio, { canary: one.arm === 'canary', pi }, { nullRatio: 1, grid: ratios.grid })
}

/** One arm is judged more often than it should be, at 99 % confidence: its scores prove nothing. */
export function isJudgedUnevenly(judged: readonly number[]): boolean {
  return logMixture(ratios.weights, judged) >= mismatchLogE
}

/**
 * One arm may be judged more often than it should be: until that is refuted its scores do not speak against the canary.
 */
export function isJudgingSuspect(judged: readonly number[]): boolean {
  return logMixture(ratios.weights, judged) >= suspectLogE
}
