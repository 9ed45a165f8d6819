import type { JudgedOutput } from '../../records/label.ts'

/** What can be labelled: one rubric item on one output, which the judge has answered at least once. */
export interface LabelUnit {
  case: string
  item: string
  /** SHA-256 of the text. */
  output: string
  /** Whether the candidate of its run wrote it, and not the baseline. */
  candidate: boolean
  /** The prompt version that wrote it; null where that is not known. */
  version: string | null
  /** Which answer to the case it is, from 1. */
  repeat: number
  tags: readonly string[]
  /** What the judge said last. */
  verdict: JudgedOutput['verdict']
  /** The judge has said different things: of this very text, or of several answers of one version to this case. */
  isNearFlip: boolean
  /** The judge said one thing of the candidate's answer to the case, and another of the baseline's. */
  differs: boolean
}
