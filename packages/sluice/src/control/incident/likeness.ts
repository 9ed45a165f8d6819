/** Two texts count as nearly the same from this similarity on. */
export const nearlySame = 0.9

/** The variables of a case, as they are compared with those of others. */
export interface Likeness {
  /** All values in the order of their names, without differences of case, width and white space. */
  text: string
  words: ReadonlySet<string>
}

/** Words, and single characters of scripts that write without spaces. */
const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}]+/gu

export function likenessOf(vars: Readonly<Record<string, unknown>>): Likeness {
  const names = Object.keys(vars).sort()
  const values = names.map((name) => normalized(vars[name]))
  return { text: names.map((name, index) => `${name}: ${values[index]}`).join('\n'), words: wordsOf(values.join(' ')) }
}

/** 1 for the same text, else the share of words that both have among those that either has: [0,1]. */
export function similarity(a: Likeness, b: Likeness): number {
  if (a.text === b.text) return 1
  const [few, many] = a.words.size <= b.words.size ? [a.words, b.words] : [b.words, a.words]
  let shared = 0
  for (const one of few) if (many.has(one)) shared += 1
  const all = a.words.size + b.words.size - shared
  return all === 0 ? 0 : shared / all
}

function wordsOf(text: string): Set<string> {
  return new Set(text.match(word))
}

function normalized(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
