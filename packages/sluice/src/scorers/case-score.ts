import { SluiceError } from '../errors.ts'
import type { CheckResult } from './check.ts'
import type { Judgement } from './judge.ts'

/** What became of a case that could be evaluated. */
export interface CaseScore {
  state: 'scored' | 'checkFailed' | 'abstained'
  /** In [0,1]; absent when abstained. */
  score?: number
}

/** Whether a check that must pass did not: anything below a full score. */
export function mustFailed(check: CheckResult): boolean {
  return check.must && check.score < 1
}

/**
 * The weighted mean of the checks and of the judge's score, which weighs as much as its rubric. A failed `must` check
 * makes it `checkFailed` with 0; a `must` item answered with no makes it 0. Where the judge abstained there is no
 * score, also if there are checks: a mean without the rubric would be a mean of something else.
 * @throws SluiceError when there is nothing to take a mean of.
 */
export function caseScore(checks: readonly CheckResult[], judgement?: Judgement): CaseScore {
  if (checks.some(mustFailed)) return { state: 'checkFailed', score: 0 }
  if (judgement?.state === 'abstained') return { state: 'abstained' }
  if (judgement?.mustFailed) return { state: 'scored', score: 0 }
  const parts: { score: number; weight: number }[] = [...checks]
  if (judgement?.score !== undefined) parts.push({ score: judgement.score, weight: judgement.weight })
  const weight = parts.reduce((sum, part) => sum + part.weight, 0)
  if (weight <= 0) {
    throw new SluiceError(
      'invalid-input',
      'nothing scores this case: give it a check or a rubric with a weight above 0',
    )
  }
  return { state: 'scored', score: parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weight }
}
