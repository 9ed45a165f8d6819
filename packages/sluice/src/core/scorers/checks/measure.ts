import type { AnswerTrace } from '../../../records/answer-trace.ts'
import type { MeasuredByCheck } from '../../../records/report/measured.ts'
import type { Case } from '../../suite/cases/case.ts'

/** What is scored: one output for one case. */
export interface Subject {
  case: Case
  output: string
  /** How long the model took; undefined where nobody measured it. */
  latencyMs?: number
  /** Undefined means unpriced, not free. */
  costUsd?: number
  /** What was done on the way to the output; absent where nothing was reported. */
  trace?: AnswerTrace
}

/** A score in [0,1] and, in a few words, the reason for it. */
export interface CheckScore {
  score: number
  reason: string
  /** What was found beside the score, for the metrics of the run. */
  measured?: MeasuredByCheck
}

/** Scores a subject. Throws a CheckError where it cannot; a failed measurement is never a 0. */
export type Measure = (subject: Subject, signal: AbortSignal) => CheckScore | Promise<CheckScore>

/** The score of a yes-or-no question. */
export function passOrFail(passed: boolean, reason: string): CheckScore {
  return { score: passed ? 1 : 0, reason }
}
