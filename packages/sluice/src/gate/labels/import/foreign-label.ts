import type { LabelVerdict } from '../../../records/label.ts'

/** A label as another tool's file has it. What the file does not say is undefined. */
export interface ForeignLabel {
  /** Where it stands, for messages: `row 3`. */
  place: string
  item: string | undefined
  /** The verdict as written: a word, a number or a truth value. */
  verdict: unknown
  labeller: string | undefined
  /** Whether a person gave it; only where the file says so. */
  isHuman: boolean
  /** Whether its labeller knew what the judge says; undefined where the file does not say. */
  sawJudge?: boolean
  /** The text that was labelled. */
  text: string | undefined
  /** The id of the trace or run whose output it is, where the text is in another file. */
  trace: string | undefined
  case: string | undefined
  /** ISO 8601. */
  at: string | undefined
}

/** An output of another tool, by the id that its labels name. */
export interface ForeignOutput {
  text: string | undefined
  case: string | undefined
}

const words: Record<LabelVerdict, readonly string[]> = {
  yes: ['yes', 'y', 'true', '1', 'pass', 'good', 'correct'],
  no: ['no', 'n', 'false', '0', 'fail', 'bad', 'incorrect'],
  unclear: ['unclear', 'u', 'n/a', 'na', 'unknown', 'cannot_tell'],
}

/** The verdict that a word, a number or a truth value stands for; undefined for any other, such as a share of 0.5. */
export function verdictOf(written: unknown): LabelVerdict | undefined {
  const word = String(written ?? '')
    .trim()
    .toLowerCase()
  return (['yes', 'no', 'unclear'] as const).find((verdict) => words[verdict].includes(word))
}
