import { stemmer } from 'stemmer'

type Pair = [inText: number, inReference: number]

/** The weight of precision against recall, and how much a broken order costs, as in Banerjee and Lavie 2005. */
const [alpha, beta, gamma] = [0.9, 3, 0.5]

/** Longer runs of letters are no words of English; the stemmer's patterns would take long over them. */
const longestWord = 50

/**
 * METEOR (Banerjee and Lavie 2005) with two of its three stages: equal words first, then words with one English stem
 * (Porter 1980). There is no stage of synonyms, which needs WordNet, so "quick" and "fast" do not match. Words are
 * paired from the end, as NLTK's `meteor_score` does. In [0,1), since the order of even an equal text costs 0.5 /
 * words³.
 */
export function meteor(words: readonly string[], reference: readonly string[]): number {
  if (words.length === 0 || reference.length === 0) return words.length === reference.length ? 1 : 0
  const pairs = aligned(words, reference)
  if (pairs.length === 0) return 0
  const precision = pairs.length / words.length
  const recall = pairs.length / reference.length
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall)
  return mean * (1 - gamma * (chunksOf(pairs) / pairs.length) ** beta)
}

/** Which word stands for which, in the order of the text. */
function aligned(words: readonly string[], reference: readonly string[]): Pair[] {
  const left = { text: [...words.keys()], reference: [...reference.keys()] }
  const equal = matched(
    left,
    (place) => words[place],
    (place) => reference[place],
  )
  const rest = {
    text: without(
      left.text,
      equal.map(([place]) => place),
    ),
    reference: without(
      left.reference,
      equal.map(([, place]) => place),
    ),
  }
  const stemOf = (word = '') => (word.length > longestWord ? word : stemmer(word))
  const alike = matched(
    rest,
    (place) => stemOf(words[place]),
    (place) => stemOf(reference[place]),
  )
  return [...equal, ...alike].sort(([a], [b]) => a - b)
}

/** Pairs places of one form, from the end; each is used once. */
function matched(
  places: { text: readonly number[]; reference: readonly number[] },
  formInText: (place: number) => string | undefined,
  formInReference: (place: number) => string | undefined,
): Pair[] {
  const free = Map.groupBy(places.reference, formInReference)
  return places.text.toReversed().flatMap((place): Pair[] => {
    const partner = free.get(formInText(place))?.pop()
    return partner === undefined ? [] : [[place, partner]]
  })
}

function without(places: readonly number[], used: readonly number[]): number[] {
  const taken = new Set(used)
  return places.filter((place) => !taken.has(place))
}

/** The number of runs of pairs that stand side by side in both texts. */
function chunksOf(pairs: readonly Pair[]): number {
  return pairs.filter(([inText, inReference], index) => {
    const before = pairs[index - 1]
    return before === undefined || inText !== before[0] + 1 || inReference !== before[1] + 1
  }).length
}
