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

/** What comparisons may still take together. Each takes of it; its time grows with the square of its edits. */
export interface DiffBudget {
  edits: number
  /** That are divided into words. */
  characters: number
}

/** One comparison may take no more edits than these. */
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

/** Texts that differ in more than the budget allows are changed from the first difference to the last. */
export function diffWords(
  before: string,
  after: string,
  budget: DiffBudget = { edits: mostEdits, characters: Number.POSITIVE_INFINITY },
): WordDiff {
  const characters = before.length + after.length
  if (characters > budget.characters) return betweenEnds(before, after)
  budget.characters -= characters
  const a = wordsOf(before)
  const b = wordsOf(after)
  const { head, tail } = commonEnds(a, b)
  const oldMiddle = a.slice(head, a.length - tail)
  const newMiddle = b.slice(head, b.length - tail)
  const runs = commonRuns(oldMiddle, newMiddle, budget).filter((run) => !isChance(run, oldMiddle, newMiddle))
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

/** Character by character, which takes no time, and cuts no character in two. */
function betweenEnds(before: string, after: string): WordDiff {
  const shortest = Math.min(before.length, after.length)
  let head = 0
  while (head < shortest && before[head] === after[head]) head += 1
  if (/[\ud800-\udbff]/.test(before.charAt(head - 1))) head -= 1
  let tail = 0
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  if (/[\udc00-\udfff]/.test(before.charAt(before.length - tail))) tail -= 1
  const range = (text: string) => (text.length - tail > head ? [{ start: head, end: text.length - tail }] : [])
  return { removed: range(before), added: range(after) }
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? []
}

/** Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). No run where the texts are too far apart. */
function commonRuns(a: readonly string[], b: readonly string[], budget: DiffBudget): Run[] {
  const { trace, middle } = shortestEdits(a, b, budget)
  const runs: Run[] = []
  let [x, y] = [a.length, b.length]
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = (k: number) => trace[edits]?.[k + middle] ?? -1
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

/** For each number of edits how far each diagonal had come before it, from the `middle` on; empty beyond the budget. */
function shortestEdits(
  a: readonly string[],
  b: readonly string[],
  budget: DiffBudget,
): { trace: Int32Array[]; middle: number } {
  const trace: Int32Array[] = []
  const most = Math.min(budget.edits, a.length + b.length)
  const middle = most + 1
  const reached = new Int32Array(2 * middle + 1)
  const at = (k: number) => reached[k + middle] ?? 0
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(reached.slice())
    for (let k = -edits; k <= edits; k += 2) {
      let x = k === -edits || (k !== edits && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1
      reached[k + middle] = x
      if (x >= a.length && x - k >= b.length) {
        budget.edits -= edits
        return { trace, middle }
      }
    }
  }
  budget.edits -= most
  return { trace: [], middle }
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
  let end = offset
  for (const word of words) {
    end += word.length
    places.push(end)
  }
  const place = (index: number) => places[index] ?? offset
  const ends = [...kept, { start: words.length, end: words.length }]
  return ends
    .map(({ start }, index) => ({ start: place(kept[index - 1]?.end ?? 0), end: place(start) }))
    .filter(({ start, end }) => end > start)
}
