import { visibleLine, visibleText } from './untrusted.ts'

/**
 * Text of models and files inside Markdown. GitHub links mentions, addresses and issue numbers in rendered text, which
 * a backslash does not prevent, so those are broken by a zero-width space.
 */
const zeroWidthSpace = '\u200b'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** One line of plain text: every character is shown as it is, and none has an effect in Markdown. */
export function inlineText(text: string): string {
  return htmlText(visibleLine(text).replace(/[\\`*_[\]|~$]/g, '\\$&'))
    .replace(/^\d+(?=[.)](?: |$))/, '$&\\')
    .replace(/^(?=[-+](?: |$)|[-=]+$)/, '\\')
}

/** The text inside an HTML element, where Markdown is not read. */
export function htmlText(text: string): string {
  return visibleLine(text)
    .replace(/[&<>]/g, (character) => entities[character] ?? character)
    .replace(/@|#|:(?=\/\/)|GH-|www(?=\.)/gi, `$&${zeroWidthSpace}`)
}

/** One line in a code span, also in a table. A text with a pipe is plain text, since a pipe ends a table's cell. */
export function codeSpan(text: string): string {
  const line = withoutMarkers(visibleLine(text))
  if (line === '' || line.includes('|')) return inlineText(line)
  const fence = '`'.repeat(longestRun(line) + 1)
  const space = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return fence + space + line + space + fence
}

/** Lines in a fence that they cannot close. */
export function codeBlock(text: string, language = ''): string {
  const body = withoutMarkers(visibleText(text))
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1))
  return `${fence}${language}\n${body}\n${fence}`
}

/** An address that cannot end the Markdown link that it stands in. */
export function linkTarget(link: string): string {
  return new URL(link).href.replaceAll('(', '%28').replaceAll(')', '%29')
}

/**
 * Breaks HTML comments: Sluice finds its GitHub comment by such a marker, which a model's text must not contain, not
 * even as code.
 */
const withoutMarkers = (text: string) => text.replaceAll('<!--', `<!${zeroWidthSpace}--`)

const longestRun = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
