/**
 * The words of a text, by which all measures of likeness but Levenshtein's compare: runs of letters and digits; in
 * scripts that are written without spaces, single characters. Punctuation is none. A run of more than a thousand
 * characters is cut, since the regular expression would need a stack for all of it.
 */
export function wordsOf(text: string): string[] {
  const word =
    /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]]{1,1000}/gv
  return text.match(word) ?? []
}

/** How often each run of `n` words occurs. */
export function ngramCounts(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start + n <= words.length; start += 1) {
    const gram = words.slice(start, start + n).join(' ')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/** The number of runs of `n` words. */
export function ngramTotal(words: readonly string[], n: number): number {
  return Math.max(0, words.length - n + 1)
}

/** The number of runs that both have, each as often as it occurs in both. */
export function sharedNgrams(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0
  for (const [gram, count] of a) shared += Math.min(count, b.get(gram) ?? 0)
  return shared
}
