import { masked } from '../../masking/mask.ts'

const longest = 200

/**
 * The start of a text on one line, at most 200 characters, for an error message. Secrets are masked before it is cut.
 */
export function errorExcerpt(text: string, mask: (text: string) => string = asItIs): string {
  const line = withoutHeaders(mask(text)).replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

/** The end of a text, at most 200 characters or `most`. There a program says why it stopped. */
export function tail(text: string, mask: (text: string) => string = asItIs, most = longest): string {
  const end = withoutHeaders(mask(text)).trimEnd()
  return end.length > most ? `…${end.slice(1 - most)}` : end
}

/** Headers that some servers quote in their errors, with the credentials in them. */
const echoedHeader =
  /\b((?:proxy-)?authorization|(?:x-)?api-key|x-goog-api-key|(?:set-)?cookie)(["'\\]*\s*[:=]\s*["'\\]*)((?:bearer|basic|token)\s+)?[^\s"'\\,;}]+/gi

function withoutHeaders(text: string): string {
  return text.replace(echoedHeader, `$1$2$3${masked}`)
}

function asItIs(text: string): string {
  return text
}
