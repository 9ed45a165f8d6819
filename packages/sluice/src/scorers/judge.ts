import type { Completion, ModelRequest } from '../providers/provider.ts'
import type { ChoiceJudge } from '../suite/choice.ts'
import type { Message } from '../suite/model.ts'
import type { RubricItem } from '../suite/rubric.ts'
import type { Judgement } from './judging/judgement.ts'
import type { Subject } from './measures/measure.ts'

export { JudgeError } from './judging/judge-error.ts'
export type { JudgedItem, Judgement } from './judging/judgement.ts'

export interface JudgeCallContext {
  caseId: string
  /** 1-based. */
  repeat: number
  signal: AbortSignal
}

/** Asks a model; cache, retries and budget are the caller's. */
export type AskJudge = (request: ModelRequest, context: JudgeCallContext) => Promise<Completion>

/** What the judge is to answer about an output. */
export interface JudgeTask {
  rubric: RubricItem[]
  choices: ChoiceJudge[]
  /** The rendered prompt that led to the output. */
  input: Message[]
  /** 1-based. */
  repeat: number
  signal: AbortSignal
}

export interface Judge {
  /** 12 hex: the judge's version. Scores of different judge versions are never compared. */
  id: string
  /** `provider:model` */
  model: string
  /** @throws JudgeError when the answer is not as asked; ProviderError when there is none. */
  score(subject: Subject, task: JudgeTask): Promise<Judgement>
}
