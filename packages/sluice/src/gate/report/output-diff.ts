import { commonEnds } from '../../text/word-diff.ts'

/** A line or sentence of two texts: in both, only in the old one, only in the new one. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added'
  text: string
}

/** Beyond this many lines a side, differing middles are shown as removed and added as a whole. */
const comparable = 400
const sentenceLength = 100

/** What changed from one output to another, by line, and by sentence within long lines. */
export function diffOutputs(before: string, after: string): DiffLine[] {
  const a = unitsOf(before)
  const b = unitsOf(after)
  const { head, tail } = commonEnds(a, b)
  return [
    ...a.slice(0, head).map(as('same')),
    ...diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(as('same')),
  ]
}

function unitsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .flatMap((line) => (line.length > sentenceLength ? line.split(/(?<=[.!?。！？])\s+/) : [line]))
}

/** Longest common subsequence by dynamic programming; `lengths[i][j]` is that of the rest from i and j on. */
function diffMiddle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length > comparable || b.length > comparable) return [...a.map(as('removed')), ...b.map(as('added'))]
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i]
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [old, now] = [a[i], b[j]]
    if (old !== undefined && old === now) {
      lines.push({ kind: 'same', text: old })
      i += 1
      j += 1
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: old })
      i += 1
    } else {
      lines.push({ kind: 'added', text: now ?? '' })
      j += 1
    }
  }
  return lines
}

const as =
  (kind: DiffLine['kind']) =>
  (text: string): DiffLine => ({ kind, text })
