import { quotePlace } from '../../../core/scorers/judge/quote-finder.ts'
import { visibleText } from '../../../text/untrusted.ts'
import type { Range } from '../../../text/word-diff.ts'

/** Where a judge's quote stands in the visible form of an output; undefined where it does not occur in it. */
export function quoteRange(output: string, quote: string): Range | undefined {
  const place = quotePlace(output, quote)
  const shownAt = (at: number) => visibleText(output.slice(0, at)).length
  return place && { start: shownAt(place.start), end: shownAt(place.end) }
}
