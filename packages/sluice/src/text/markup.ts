import { visibleText } from './untrusted.ts'

/** Markup that is safe to be sent: made by `html`, or a number. */
export interface Html {
  readonly markup: string
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[]

/**
 * A template whose values are text: each is escaped, so that nothing of a model or a file becomes an element or leaves
 * an attribute. Markup comes only from other templates.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { markup: String.raw({ raw: strings }, ...values.map(markupOf)) }
}

/** Markup of our own that no template can hold, e.g. the page's script. */
export function trusted(markup: string): Html {
  return { markup }
}

/** JSON inside a script element, which it cannot end; it is data and never run. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escaped(value)
  if ('markup' in value) return value.markup
  return value.map(markupOf).join('')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
