import { ngramCounts, ngramTotal, sharedNgrams } from './ngrams.ts'

const longest = 4

/**
 * BLEU of one text (Papineni et al. 2002): the geometric mean of the shares of its runs of 1 to 4 words that occur in a
 * reference, lowered where it is shorter than the reference that is nearest in length. As SacreBLEU computes it for
 * sentences (Post 2018): a length without a match counts as half a match, the next one as a quarter, and so on (`exp`
 * smoothing, method 3 of Chen and Cherry 2014), and lengths that the text is too short for are left out. In [0,1].
 */
export function bleu(words: readonly string[], references: readonly (readonly string[])[]): number {
  if (words.length === 0) return references.some((reference) => reference.length === 0) ? 1 : 0
  let smallest = 1
  let sum = 0
  const order = Math.min(longest, words.length)
  for (let n = 1; n <= order; n += 1) {
    const matches = sharedNgrams(ngramCounts(words, n), mostCounts(references, n))
    if (n === 1 && matches === 0) return 0
    if (matches === 0) smallest /= 2
    sum += Math.log((matches || smallest) / ngramTotal(words, n))
  }
  return brevityPenalty(words.length, references) * Math.exp(sum / order)
}

/** How often each run of words stands in the reference that has it most. */
function mostCounts(references: readonly (readonly string[])[], n: number): Map<string, number> {
  const most = new Map<string, number>()
  for (const reference of references)
    for (const [gram, count] of ngramCounts(reference, n)) most.set(gram, Math.max(count, most.get(gram) ?? 0))
  return most
}

function brevityPenalty(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((reference) => reference.length)
  // Where two are equally near, the shorter one counts, as in the original script.
  const [nearest = 0] = lengths.sort((a, b) => Math.abs(a - length) - Math.abs(b - length) || a - b)
  return length >= nearest ? 1 : Math.exp(1 - nearest / length)
}

/**
 * GLEU, "Google-BLEU" (Wu et al. 2016): of all runs of 1 to 4 words together, the share that both texts have, in the
 * text or in the reference, whichever is smaller. In [0,1]; two texts without words are equal.
 */
export function gleu(words: readonly string[], reference: readonly string[]): number {
  let [shared, ofText, ofReference] = [0, 0, 0]
  for (let n = 1; n <= longest; n += 1) {
    shared += sharedNgrams(ngramCounts(words, n), ngramCounts(reference, n))
    ofText += ngramTotal(words, n)
    ofReference += ngramTotal(reference, n)
  }
  const total = Math.max(ofText, ofReference)
  return total === 0 ? 1 : shared / total
}
