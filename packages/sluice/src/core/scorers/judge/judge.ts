import type { JudgeSettings } from '../../suite/config/judge-settings.ts'
import { createAnswerModes } from './answer-modes.ts'
import { createCascade } from './cascade.ts'
import { createPanel } from './panel.ts'
import { createSingleJudge, type Judge, type JudgeMeans } from './single-judge.ts'

export { type AnswerModes, createAnswerModes } from './answer-modes.ts'
export { JudgeError, NoSourceError } from './judge-error.ts'
export type { Judgement } from './judgement.ts'
export { seesMore } from './reported-parts.ts'
export { type Judge, type JudgeQuestions, kindsOfQuestions } from './single-judge.ts'

type JudgeOptions = JudgeMeans & JudgeSettings

/** Makes the judge of a project: one model, a panel of several with a vote each, or a cascade of two. */
export function createJudge({ model, parameters, panel, cascade, ...means }: JudgeOptions): Judge {
  const shared = { ...means, modes: means.modes ?? createAnswerModes() }
  if (panel)
    return createPanel(
      model,
      panel.map((member) => createSingleJudge({ ...shared, ...member })),
    )
  if (!cascade) return createSingleJudge({ ...shared, model, parameters })
  const { first, second, when, audit } = cascade
  return createCascade(model, {
    ...{ when, audit, modes: shared.modes },
    first: createSingleJudge({ ...shared, ...first }),
    second: createSingleJudge({ ...shared, ...second }),
  })
}
