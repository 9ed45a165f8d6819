import type { Random } from '../../../stats/index.ts'

/** How much of one output is changed, and by which chance. */
export interface Spots {
  /** Places that are changed at most. */
  most: number
  random: Random
  /** Answers of other cases, from which a value may be taken. */
  others: readonly string[]
}

/** One way in which an answer gets worse. */
export interface OutputMutator {
  name: string
  /** What becomes of an output, as the end of the sentence "the answer …". */
  does: string
  /** What an output must have to be changed by it, e.g. "a list". */
  needs: string
  /** Words of a rubric question that is about such a change. Words can mislead: it is a guess. */
  askedBy: RegExp
  /** A rubric item that is about such a change, for a suite that has none. */
  question: { id: string; ask: string }
  /** The changed output; the same text where there is nothing to change. */
  mutate(output: string, spots: Spots): string
}
