import { formsOf, shortestSecret } from './secret-forms.ts'

/** What stands in the place of a secret. */
export const masked = '***'

/** Replaces the secrets that a process knows in everything that it writes. */
export interface Mask {
  /** From now on these are secrets too. Values of fewer than eight characters are passed over. */
  learn(secrets: Iterable<string>): void
  /** The text without secrets and without the passwords of addresses. */
  text(text: string): string
  /** A copy of plain data whose strings are masked; the data itself where none of them changes. */
  data<T>(value: T): T
  /** Whether the text holds a known secret. The password of an address alone is not a known one. */
  holds(text: string): boolean
  /** Masks a text that comes in pieces, also where a secret is split between them. */
  pieces(): MaskedPieces
}

interface MaskedPieces {
  /** Returns the part of the text so far that can be written. The beginning of a possible secret is kept back. */
  push(piece: string): string
  /** Returns the part that was kept back. */
  end(): string
}

interface Finder {
  patterns: RegExp[]
  texts: string[]
  /** Every form that can be kept back while its end is still to come. */
  beginnings: string[]
}

/** The longest source of one regular expression, so that the engine compiles it. */
const longestSource = 16_000
/** `user:password@` in an address, or a name that is long enough for a token. */
const userInfo = /:\/\/(?:[^\s/?#@"'<>`:]*:[^\s/?#@"'<>`]*|[^\s/?#@"'<>`:]{8,})@/g

export function createMask(): Mask {
  const secrets = new Set<string>()
  let finder: Finder | undefined
  const find = () => {
    finder ??= finderOf([...secrets])
    return finder
  }
  const text = (given: string) => {
    if (given.length < shortestSecret) return given
    let result = given
    const { patterns, texts } = find()
    for (const secret of texts) if (result.includes(secret)) result = result.replaceAll(secret, masked)
    for (const pattern of patterns) result = result.replace(pattern, masked)
    return result.includes('://') ? result.replace(userInfo, `://${masked}@`) : result
  }
  return {
    learn(values) {
      for (const value of values) {
        const trimmed = value.trim()
        if (trimmed.length < shortestSecret || secrets.has(trimmed)) continue
        secrets.add(trimmed)
        finder = undefined
      }
    },
    text,
    data: (value) => maskedData(value, text),
    holds(given) {
      const { patterns, texts } = find()
      return texts.some((secret) => given.includes(secret)) || patterns.some((pattern) => given.search(pattern) !== -1)
    },
    pieces() {
      let kept = ''
      return {
        push(piece) {
          const all = kept + piece
          const cut = cutOf(all, find())
          kept = all.slice(cut)
          return text(all.slice(0, cut))
        },
        end() {
          const rest = text(kept)
          kept = ''
          return rest
        },
      }
    },
  }
}

/** The longest secrets first, so that one that begins like another is found whole. */
function finderOf(secrets: readonly string[]): Finder {
  const forms = secrets.toSorted((a, b) => b.length - a.length).map(formsOf)
  const sources: string[] = []
  for (const source of forms.flatMap(({ patterns }) => patterns)) {
    const last = sources.at(-1)
    if (last !== undefined && last.length + source.length < longestSource)
      sources[sources.length - 1] = `${last}|${source}`
    else sources.push(source)
  }
  return {
    patterns: sources.map((source) => new RegExp(source, 'g')),
    texts: forms.filter(({ patterns }) => patterns.length === 0).flatMap(({ texts }) => texts),
    beginnings: [...new Set(forms.flatMap(({ texts }) => texts))],
  }
}

/** The place to cut a text so that no secret is split: before one that has only begun, and not inside a whole one. */
function cutOf(text: string, { patterns, texts, beginnings }: Finder): number {
  const begun = Math.min(text.length, ...beginnings.map((form) => beginningAt(text, form)))
  if (begun === text.length) return begun
  const longest = Math.max(...beginnings.map((form) => form.length))
  const from = Math.max(0, begun - 4 * longest)
  const near = text.slice(from)
  const whole = [
    ...patterns.flatMap((pattern) => [...near.matchAll(pattern)].map(({ 0: found, index }) => ({ found, index }))),
    ...texts.map((found) => ({ found, index: near.indexOf(found) })).filter(({ index }) => index !== -1),
  ]
  const straddling = whole.filter(({ found, index }) => from + index < begun && from + index + found.length > begun)
  return Math.min(begun, ...straddling.map(({ index }) => from + index))
}

/** The place from which the end of a text is the beginning of a form; the end of the text where there is none. */
function beginningAt(text: string, form: string): number {
  for (let start = Math.max(0, text.length - form.length + 1); start < text.length; start += 1) {
    if (text.charCodeAt(start) === form.charCodeAt(0) && form.startsWith(text.slice(start))) return start
  }
  return text.length
}

function maskedData<T>(value: T, text: (given: string) => string): T {
  if (typeof value === 'string') return text(value) as T
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const copy = value.map((each: unknown) => maskedData(each, text))
    return copy.some((each, index) => each !== value[index]) ? (copy as T) : value
  }
  const entries = Object.entries(value)
  const copies = entries.map(([key, each]) => [text(key), maskedData(each as unknown, text)] as const)
  const changed = copies.some(([key, each], index) => key !== entries[index]?.[0] || each !== entries[index]?.[1])
  return changed ? (Object.fromEntries(copies) as T) : value
}
