import { SluiceError } from '../../errors.ts'
import type { CheckResult } from '../../records/report/case-detail.ts'
import type { Check } from './checks/check.ts'
import type { Subject } from './checks/measure.ts'
import { type Judge, JudgeError, type Judgement, type JudgeQuestions } from './judge/judge.ts'

/** The result of a case that could be evaluated. */
export interface CaseScore {
  state: 'scored' | 'checkFailed' | 'abstained'
  /** In [0,1]; absent when abstained, and of a part of a case where nothing has a weight. */
  score?: number
}

/** Whether a check that must pass did not: any score below 1 is a failure. */
function mustFailed(check: CheckResult): boolean {
  return check.must && check.score < 1
}

/**
 * The weighted mean of the checks and of the judge's score, which weighs as much as its rubric. A failed `must` check
 * makes it `checkFailed` with 0; a `must` item answered with no makes it 0. Where the judge abstained there is no
 * score, also if there are checks: a mean without the rubric would be a mean of something else.
 * @param isPart a part of a case may have checks without a weight alone, which must pass or measure
 * @throws SluiceError when there is nothing to take a mean of.
 */
export function caseScore(checks: readonly CheckResult[], judgement?: Judgement, isPart = false): CaseScore {
  if (checks.some(mustFailed)) return { state: 'checkFailed', score: 0 }
  if (judgement?.state === 'abstained') return { state: 'abstained' }
  if (judgement?.mustFailed) return { state: 'scored', score: 0 }
  const parts: { score: number; weight: number }[] = [...checks]
  if (judgement?.score !== undefined) parts.push({ score: judgement.score, weight: judgement.weight })
  const weight = parts.reduce((sum, part) => sum + part.weight, 0)
  if (weight <= 0) {
    if (isPart) return { state: 'scored' }
    throw new SluiceError(
      'invalid-input',
      'nothing scores this case: give it a check or a rubric with a weight above 0',
    )
  }
  return { state: 'scored', score: parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weight }
}

export interface ScoringTask extends JudgeQuestions {
  subject: Subject
  checks: Check[]
  judge?: Judge | undefined
  /** Whether this is a part of a case, whose mean is taken elsewhere. */
  isPart?: boolean | undefined
  signal: AbortSignal
}

export interface ScoredOutput extends CaseScore {
  checks: CheckResult[]
  /** Absent when there was nothing to judge or a `must` check had already decided. */
  judgement?: Judgement
}

/**
 * Scores one output: all checks, and then the judge unless a `must` check has failed.
 * @throws CheckError or JudgeError when a part could not be evaluated, so that there is no score; ProviderError when
 * the judge did not answer.
 */
export async function scoreOutput(task: ScoringTask): Promise<ScoredOutput> {
  const { subject, signal, isPart } = task
  const checks = await Promise.all(task.checks.map((check) => check.run(subject, signal)))
  if (checks.some(mustFailed)) return { ...caseScore(checks), checks }
  const judgement = await judged(task)
  return { ...caseScore(checks, judgement, isPart), checks, ...(judgement && { judgement }) }
}

async function judged({ subject, judge, ...task }: ScoringTask): Promise<Judgement | undefined> {
  if (task.rubric.length + task.choices.length === 0) return undefined
  if (!judge) throw new JudgeError(`case "${subject.case.id}" has a rubric, but there is no judge to answer it`)
  return judge.score(subject, task)
}
