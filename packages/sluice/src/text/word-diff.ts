/** Ranges of characters, in order and apart from each other. */
export interface Range {
  start: number
  end: number
}

/** What only the old text has, and what only the new one has, word by word. */
export interface WordDiff {
  removed: Range[]
  added: Range[]
}

/** Words that both texts keep: `length` of them, from `a` in the old one and from `b` in the new one. */
interface Run {
  a: number
  b: number
  length: number
}

/** Texts that differ in more words than this are shown as changed from the first difference to the last. */
const mostEdits = 1500
/** Fewer characters in common between two changes are chance, and would break up what a person reads. */
const leastCommon = 12

/** How many items two lists have in common from the start, and of the rest from the end. */
export function commonEnds(a: readonly string[], b: readonly string[]): { head: number; tail: number } {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  return { head, tail }
}

export function diffWords(before: string, after: string): WordDiff {
  const a = wordsOf(before)
  const b = wordsOf(after)
  const { head, tail } = commonEnds(a, b)
  const oldMiddle = a.slice(head, a.length - tail)
  const newMiddle = b.slice(head, b.length - tail)
  const runs = commonRuns(oldMiddle, newMiddle).filter((run) => !isChance(run, oldMiddle, newMiddle))
  const start = a.slice(0, head).join('').length
  return {
    removed: rangesBetween(
      oldMiddle,
      runs.map(({ a, length }) => ({ start: a, end: a + length })),
      start,
    ),
    added: rangesBetween(
      newMiddle,
      runs.map(({ b, length }) => ({ start: b, end: b + length })),
      start,
    ),
  }
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? []
}

/** Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). No run where the texts are too far apart. */
function commonRuns(a: readonly string[], b: readonly string[]): Run[] {
  const trace = shortestEdits(a, b)
  const runs: Run[] = []
  let [x, y] = [a.length, b.length]
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = (k: number) => trace[edits]?.[k + mostEdits + 1] ?? -1
    const k = x - y
    const down = k === -edits || (k !== edits && reach(k - 1) < reach(k + 1))
    const from = edits === 0 ? 0 : reach(down ? k + 1 : k - 1)
    const start = edits === 0 || down ? from : from + 1
    if (x > start) runs.unshift({ a: start, b: start - k, length: x - start })
    y = edits === 0 ? 0 : from - (down ? k + 1 : k - 1)
    x = from
  }
  return runs
}

/** For each number of edits how far each diagonal had come before it; empty beyond `mostEdits`. */
function shortestEdits(a: readonly string[], b: readonly string[]): Int32Array[] {
  const trace: Int32Array[] = []
  const reached = new Int32Array(2 * mostEdits + 3)
  const at = (k: number) => reached[k + mostEdits + 1] ?? 0
  for (let edits = 0; edits <= Math.min(mostEdits, a.length + b.length); edits += 1) {
    trace.push(reached.slice())
    for (let k = -edits; k <= edits; k += 2) {
      let x = k === -edits || (k !== edits && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1
      reached[k + mostEdits + 1] = x
      if (x >= a.length && x - k >= b.length) return trace
    }
  }
  return []
}

function isChance({ a, b, length }: Run, before: readonly string[], after: readonly string[]): boolean {
  const betweenChanges = a > 0 && a + length < before.length && b > 0 && b + length < after.length
  return (
    betweenChanges &&
    before
      .slice(a, a + length)
      .join('')
      .trim().length < leastCommon
  )
}

/** The characters of the words that lie outside of the kept ones. */
function rangesBetween(words: readonly string[], kept: readonly Range[], offset: number): Range[] {
  const places = [offset]
  for (const word of words) places.push((places.at(-1) ?? 0) + word.length)
  const place = (index: number) => places[index] ?? offset
  const ends = [...kept, { start: words.length, end: words.length }]
  return ends
    .map(({ start }, index) => ({ start: place(kept[index - 1]?.end ?? 0), end: place(start) }))
    .filter(({ start, end }) => end > start)
}
