import { createHash } from 'node:crypto'

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

/** What identifies a text in all three files: its SHA-256 in hex. */
export function outputHash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The key of a labelled text. Two cases may have the same text, which is then two outputs. */
export function outputKey({ case: id, output }: { case: string; output: string }): string {
  return `${output} ${id}`
}
