/** Two texts of a list, by position, and how much of them is the same, from 0 to 1. */
export interface SimilarPair {
  first: number
  second: number
  similarity: number
}

/** Words in a row that make one feature of a text. */
const shingleWords = 3

/** Letters alone in lower case, so that spacing, case and punctuation play no part. */
export function plainWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/**
 * All pairs of texts whose Jaccard similarity is at least `least`: the share of runs of three words that both have
 * among those that either has. The result is exact. Only pairs with a rare run in common are compared, since any pair
 * above the bound shares one of the |x| - ceil(least |x|) + 1 rarest runs of each text (prefix filter: Chaudhuri, Ganti
 * & Kaushik 2006; Bayardo, Ma & Srikant 2007).
 */
export function similarPairs(texts: readonly string[], least: number): SimilarPair[] {
  const sets = rarestFirst(texts.map(shinglesOf))
  const index = new Map<number, number[]>()
  const pairs: SimilarPair[] = []
  for (const [second, set] of sets.entries()) {
    const prefix = set.length === 0 ? 0 : set.length - Math.ceil(least * set.length - 1e-9) + 1
    const candidates = new Set<number>()
    for (const shingle of set.slice(0, prefix)) {
      const holders = index.get(shingle) ?? []
      for (const other of holders) candidates.add(other)
      holders.push(second)
      index.set(shingle, holders)
    }
    const own = new Set(set)
    for (const first of candidates) {
      const similarity = jaccard(own, sets[first] ?? [], least)
      if (similarity >= least) pairs.push({ first, second, similarity })
    }
  }
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second)
}

function shinglesOf(text: string): Set<string> {
  const words = plainWords(text)
  if (words.length < shingleWords) return new Set(words.length === 0 ? [] : [words.join(' ')])
  const shingles = new Set<string>()
  for (let at = 0; at + shingleWords <= words.length; at += 1) {
    shingles.add(words.slice(at, at + shingleWords).join(' '))
  }
  return shingles
}

/** The sets as numbers, the ones that the fewest texts have first. */
function rarestFirst(sets: readonly Set<string>[]): number[][] {
  const counts = new Map<string, number>()
  for (const set of sets) for (const shingle of set) counts.set(shingle, (counts.get(shingle) ?? 0) + 1)
  const order = [...counts].sort((a, b) => a[1] - b[1])
  const rank = new Map(order.map(([shingle], position) => [shingle, position]))
  return sets.map((set) => [...set].map((shingle) => rank.get(shingle) ?? 0).sort((a, b) => a - b))
}

/** 0 where the sizes alone exclude `least`. */
function jaccard(one: ReadonlySet<number>, other: readonly number[], least: number): number {
  const [small, large] = [Math.min(one.size, other.length), Math.max(one.size, other.length)]
  if (small < least * large) return 0
  let common = 0
  for (const shingle of other) if (one.has(shingle)) common += 1
  return common / (one.size + other.length - common)
}

/**
 * The positions 0 to `count` - 1 in groups that pairs tie together, each in order; a position without a pair is no
 * group.
 */
export function groupsOf(count: number, pairs: Iterable<readonly [number, number]>): number[][] {
  const parents = Array.from({ length: count }, (_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root] ?? root
    parents[at] = root
    return root
  }
  for (const [one, other] of pairs) {
    const [a, b] = [rootOf(one), rootOf(other)]
    parents[Math.max(a, b)] = Math.min(a, b)
  }
  const groups = Map.groupBy(parents.keys(), rootOf)
  return [...groups.values()].filter((group) => group.length > 1)
}
