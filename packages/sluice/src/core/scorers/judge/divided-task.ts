import type { JudgedItem } from '../../../records/report/case-detail.ts'
import { type Judgement, judgementOf } from './judgement.ts'
import type { JudgeQuestions } from './single-judge.ts'

/**
 * The questions that all models of a judge are asked, and those evaluators that name a model of their own: these are
 * asked once. Undefined where there are none.
 */
export function dividedTask(task: JudgeQuestions): { shared?: JudgeQuestions; own?: JudgeQuestions } {
  const { rubric, choices } = task
  const shared = choices.filter(({ model }) => model === undefined)
  const own = choices.filter(({ model }) => model !== undefined)
  return {
    ...(rubric.length + shared.length > 0 && { shared: { ...task, choices: shared } }),
    ...(own.length > 0 && { own: { ...task, rubric: [], choices: own } }),
  }
}

/** The judgement from the items of both, in the order of the questions. Its cost is known where all costs are. */
export function joinedJudgement(
  { rubric, choices }: JudgeQuestions,
  items: readonly JudgedItem[],
  costs: readonly (number | undefined)[],
): Judgement {
  const names = [...rubric.map(({ id }) => id), ...choices.map(({ name }) => name)]
  const inOrder = [...items].sort((a, b) => names.indexOf(a.id) - names.indexOf(b.id))
  const costUsd = sumOrUndefined(costs)
  return { ...judgementOf(inOrder), ...(costUsd !== undefined && { costUsd }) }
}

/** Undefined where a part is unknown. */
export function sumOrUndefined(parts: readonly (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined)
  return known.length < parts.length ? undefined : known.reduce((sum, part) => sum + part, 0)
}
