import { type CaseScore, caseScore, mustFailed } from './case-score.ts'
import type { Check, CheckResult } from './check.ts'
import { type Judge, JudgeError, type Judgement, type JudgeTask } from './judge.ts'
import type { Subject } from './measures/measure.ts'

export interface ScoringTask extends JudgeTask {
  subject: Subject
  checks: Check[]
  judge?: Judge | undefined
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
  const { subject, signal } = task
  const checks = await Promise.all(task.checks.map((check) => check.run(subject, signal)))
  if (checks.some(mustFailed)) return { ...caseScore(checks), checks }
  const judgement = await judged(task)
  return { ...caseScore(checks, judgement), checks, ...(judgement && { judgement }) }
}

async function judged({ subject, judge, ...task }: ScoringTask): Promise<Judgement | undefined> {
  if (task.rubric.length + task.choices.length === 0) return undefined
  if (!judge) throw new JudgeError(`case "${subject.case.id}" has a rubric, but there is no judge to answer it`)
  return judge.score(subject, task)
}
