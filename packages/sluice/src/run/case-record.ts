import type { LostAnswer } from '../providers/lost-answer.ts'
import type { CheckResult } from '../scorers/check.ts'
import type { JudgedItem } from '../scorers/judge.ts'

/** Which of the two versions under comparison a score belongs to. */
export type Arm = 'candidate' | 'baseline'

/** What became of one case in one repeat. Only `scored` and `checkFailed` carry a score. */
export type CaseState =
  | 'scored'
  | 'checkFailed'
  | 'checkError'
  | 'modelError'
  | 'refused'
  | 'truncated'
  | 'noText'
  | 'judgeError'
  | 'abstained'
  | 'budgetStopped'

/** Everything about one case in one repeat that a report shows; kept on disk, not in memory. */
export interface CaseDetail {
  state: CaseState
  /** In [0,1]; absent unless scored or checkFailed. */
  score?: number
  /** The last message that was sent, with the case's variables in it. */
  input?: string
  output?: string
  /** What the output began with before it was scored without it. */
  reasoning?: string
  /** Set where a secret was taken out of the output, which is no longer what was scored. */
  outputMasked?: true
  checks: CheckResult[]
  judge: JudgedItem[]
  /** Why there is no score. */
  error?: string
  /** The model cannot be asked at all, so that no other case of the feature will be. */
  unaskable?: true
  /** Of an answer that never came: what became of it, and what a reader can do. */
  lost?: Pick<LostAnswer, 'cause' | 'wayOut'>
  latencyMs?: number
  /** What the answers cost when they were paid for, also if that was in an earlier run; absent when unpriced. */
  costUsd?: number
  /** What the answer alone cost, without the judge; absent when unpriced. */
  answerUsd?: number
}
