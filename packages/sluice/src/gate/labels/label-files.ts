import { createHash } from 'node:crypto'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { ConversationTurn } from '../../records/conversation-turn.ts'

/** What was said in a conversation. */
type Exchange = Pick<ConversationTurn, 'user' | 'output'>

/** Where the labels of a feature are, relative to the root of the project. Each is JSON Lines and only grows. */
export interface LabelFiles {
  /** What people said: lines of `labelSchema`. */
  labels: string
  /** The texts that they saw: lines of `labelledOutputSchema`. */
  outputs: string
  /** What judges said of these texts: lines of `judgedOutputSchema`. */
  judged: string
}

export function labelFilesOf(feature: string): LabelFiles {
  const base = `labels/${feature}`
  return { labels: `${base}.jsonl`, outputs: `${base}.outputs.jsonl`, judged: `${base}.judged.jsonl` }
}

/**
 * What identifies a text in all three files: its SHA-256 in hex. Where questions are about what was done on the way to
 * it, that belongs to it: the same text after other calls is another output. So is the same text after another
 * conversation.
 */
export function outputHash(text: string, trace?: AnswerTrace, exchanges?: readonly Exchange[]): string {
  const pairs = exchanges?.map(({ user, output }) => ({ user, output }))
  const labelled = trace === undefined && pairs === undefined ? text : canonicalJson({ text, trace, said: pairs })
  return createHash('sha256').update(labelled).digest('hex')
}

/** The key of a labelled text. Two cases may have the same text, which is then two outputs. */
export function outputKey({ case: id, output }: { case: string; output: string }): string {
  return `${output} ${id}`
}
