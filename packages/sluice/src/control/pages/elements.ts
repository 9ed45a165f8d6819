import { formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { momentText, timeText } from '../words/moments.ts'

/** A version as it is named to people. */
export interface NamedVersion {
  id: string
  /** Null if its publisher gave none. */
  label: string | null
}

/**
 * How good or bad something is. `open`: it was looked at, and nothing is decided yet. `unknown`: it could not be looked
 * at. Neither is ever shown as good.
 */
export type StateTone = 'good' | 'open' | 'watch' | 'bad' | 'unknown'

/** Its label first, and small its id. */
export function versionName({ id, label }: NamedVersion): Html {
  return html`<span class="version">${label === null ? undefined : html`<b>${label}</b> `}<code class="id">${id}</code></span>`
}

/** `24 Nov 14:05Z`, and to the second where one points at it. `at` in ms since the epoch. */
export function moment(at: number, now?: number): Html {
  return html`<time datetime="${isoText(at)}" title="${timeText(at)}">${momentText(at, now)}</time>`
}

function isoText(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

const marks: Record<StateTone, string> = { good: '✓', open: '○', watch: '!', bad: '✕', unknown: '?' }

/** A word with its tone, which a sign shows too, for those who do not see colours. */
export function toned(tone: StateTone, text: string): Html {
  return html`<span class="tone ${tone}"><span class="mark" aria-hidden="true">${marks[tone]}</span> ${text}</span>`
}

/** What is said where a value is not known. It is never shown as 0. */
export const notKnown = html`<span class="not-known">not known</span>`

/** The revision that an instance has. -1: it has not reported yet. */
export function revisionText(revision: number | null): Html | string {
  return revision === null ? notKnown : revision < 0 ? 'not reported yet' : formatCount(revision)
}

/** A wide table, which scrolls by itself. */
export function wideTable({
  name,
  head,
  rows,
}: {
  name: string
  head: readonly string[]
  rows: readonly Html[]
}): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table class="cards"><thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}

/** A cell of such a table, which names its column where the screen is too narrow for a table. */
export function cell(column: string, content: Html | string, width?: 'wide'): Html {
  return html`<td data-column="${column}"${width === undefined ? undefined : html` class="${width}"`}>${content}</td>`
}

/** Leads through a list that is too long for one page; nothing where it is not. `page` is 1-based. */
export function pager({
  page,
  pages,
  to,
}: {
  page: number
  pages: number
  to(page: number): string
}): Html | undefined {
  if (pages <= 1) return undefined
  return html`<nav class="pager" aria-label="Pages of the list">${page > 1 ? html`<a href="${to(page - 1)}" rel="prev">Previous</a> ` : undefined}<span>Page ${page} of ${formatCount(pages)}</span>${page < pages ? html` <a href="${to(page + 1)}" rel="next">Next</a>` : undefined}</nav>`
}
