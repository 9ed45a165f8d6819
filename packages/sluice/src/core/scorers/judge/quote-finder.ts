import { comparableText } from '../checks/comparable-text.ts'
import { undoVisible } from './visible.ts'

/**
 * Says whether a quote occurs in an output. Case, white space, unseen characters, the style of quotation marks and the
 * marks that the judge's prompt adds make no difference.
 */
export function quoteFinder(output: string): (quote: string) => boolean {
  const text = comparable(output)
  return (quote) => variants(quote).some((variant) => text.includes(variant))
}

/** Where in an output a quote stands that `quoteFinder` finds; undefined for any other. */
export function quotePlace(output: string, quote: string): { start: number; end: number } | undefined {
  const { text, starts, ends } = comparableWithPlaces(output)
  for (const variant of variants(quote)) {
    const at = text.indexOf(variant)
    const start = starts[at]
    const end = ends[at + variant.length - 1]
    if (start !== undefined && end !== undefined) return { start, end }
  }
  return undefined
}

/** A text without the differences that `quoteFinder` ignores. */
export function comparable(text: string): string {
  return comparableWithPlaces(text).text
}

/** The forms in which a quote may stand in an output, the longest first; none of a quote of nothing. */
function variants(quote: string): string[] {
  const unprefixed = quote.replace(/^\| ?/gm, '')
  const unquoted = unprefixed.trim().replace(/^["'“”‘’«„](.*)["'“”‘’»]$/s, '$1')
  return [quote, unprefixed, unquoted].map(comparable).filter((variant) => variant !== '')
}

/** A run of ASCII to which nothing after it joins, a character that `makeVisible` wrote by code point, or any other. */
const pieces = /[!-~]+(?=[ -~\n]|$)|⟦U\+([0-9A-F]{4,6})⟧|[\s\S]/gu
const ascii = /^[!-~]+$/
const unseen = /^[\p{DI}\uFFF9-\uFFFB]$/v
/** Marks and parts of Hangul syllables, which Unicode may compose with what stands before them. */
const joins = /^[\p{M}\u1160-\u11FF]/u
const blank = /[\s\p{Cc}]/u

/**
 * The comparable text, and for each of its characters where that began and ended in the text which it was made of. What
 * is composed to one, or spelled out as several, has the place of all of it.
 */
function comparableWithPlaces(given: string): { text: string; starts: number[]; ends: number[] } {
  const units: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  let cluster = { text: '', start: 0, end: 0 }
  const finish = () => {
    const { start, end } = cluster
    const plain = comparableText(cluster.text.replace(/[‘’‚‛]/g, "'").replace(/[“”„‟«»]/g, '"'), false)
    const isRun = cluster.text.length === end - start && ascii.test(cluster.text)
    for (let unit = 0; unit < plain.length; unit += 1) {
      const isBlank = blank.test(plain.charAt(unit))
      if (isBlank && (units.at(-1) ?? ' ') === ' ') continue
      units.push(isBlank ? ' ' : plain.charAt(unit))
      starts.push(isRun ? start + unit : start)
      ends.push(isRun ? start + unit + 1 : end)
    }
  }
  for (const { 0: piece, index } of given.matchAll(pieces)) {
    const seen = undoVisible(piece)
    if (unseen.test(seen)) continue
    const end = index + piece.length
    if (joins.test(seen) && !blank.test(cluster.text)) cluster = { ...cluster, text: cluster.text + seen, end }
    else {
      finish()
      cluster = { text: seen, start: index, end }
    }
  }
  finish()
  return { text: units.join('').trimEnd(), starts, ends }
}
