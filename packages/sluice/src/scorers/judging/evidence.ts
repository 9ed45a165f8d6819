import { fold } from '../measures/fold.ts'
import { undoVisible } from './visible.ts'

/**
 * Says whether a quote occurs in an output. Case, white space, unseen characters, the style of quotation marks and the
 * marks that the judge's prompt adds make no difference.
 */
export function quoteFinder(output: string): (quote: string) => boolean {
  const text = comparable(output)
  return (quote) => variants(quote).some((variant) => variant !== '' && text.includes(variant))
}

function variants(quote: string): string[] {
  const unprefixed = quote.replace(/^\| ?/gm, '')
  const unquoted = unprefixed.trim().replace(/^["'“”‘’«„](.*)["'“”‘’»]$/s, '$1')
  return [quote, unprefixed, unquoted].map(comparable)
}

function comparable(text: string): string {
  const seen = undoVisible(text).replace(/[\p{DI}\uFFF9-\uFFFB]/gv, '')
  const plain = seen.replace(/[‘’‚‛]/g, "'").replace(/[“”„‟«»]/g, '"')
  return fold(plain, false)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}
