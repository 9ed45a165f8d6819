import { ngramCounts, ngramTotal, sharedNgrams } from './ngrams.ts'

/**
 * ROUGE-N (Lin 2004) as F1: twice the runs of `n` words that both texts share over the runs of both. In [0,1]; two
 * texts that are both too short to have any are equal if their words are.
 */
export function rougeN(x: readonly string[], y: readonly string[], n: number): number {
  const total = ngramTotal(x, n) + ngramTotal(y, n)
  if (total === 0) return x.join(' ') === y.join(' ') ? 1 : 0
  return (2 * sharedNgrams(ngramCounts(x, n), ngramCounts(y, n))) / total
}

/**
 * ROUGE-L (Lin 2004) as F1: twice the longest common subsequence over the number of words in both texts. In [0,1];
 * two texts without words are equal.
 */
export function rougeL(x: readonly string[], y: readonly string[]): number {
  const total = x.length + y.length
  return total === 0 ? 1 : (2 * commonLength(x, y)) / total
}

/** Dynamic programming over one row of numbers; words are numbered first so that only numbers are compared. */
function commonLength(x: readonly string[], y: readonly string[]): number {
  const numbers = new Map<string, number>()
  const numbered = (tokens: readonly string[]) =>
    Uint32Array.from(tokens, (token) => {
      const number = numbers.get(token) ?? numbers.size
      numbers.set(token, number)
      return number
    })
  const [rows, columns] = [numbered(x), numbered(y)]
  const best = new Uint32Array(columns.length + 1)
  for (const word of rows) {
    let diagonal = 0
    for (let j = 1; j < best.length; j += 1) {
      const above = best[j] ?? 0
      best[j] = columns[j - 1] === word ? diagonal + 1 : Math.max(above, best[j - 1] ?? 0)
      diagonal = above
    }
  }
  return best[columns.length] ?? 0
}
