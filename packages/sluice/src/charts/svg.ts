import { type Html, type HtmlValue, html, trusted } from '../text/markup.ts'
import { visibleLine } from '../text/untrusted.ts'

type Attributes = Readonly<Record<string, string | number | undefined>>

/**
 * An element of SVG or HTML whose name and keys are ours. Its texts and attributes are escaped, so that a name out of a
 * file stays a text on one line; numbers are rounded to a hundredth of a pixel. Attributes that are undefined are left
 * out.
 */
export function svgElement(name: string, attributes: Attributes, content?: HtmlValue): Html {
  const tag = trusted(name)
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : html` ${trusted(key)}="${typeof value === 'number' ? rounded(value) : visibleLine(value)}"`,
  )
  const inside = html`${typeof content === 'string' ? visibleLine(content) : content}`
  return inside.markup === '' ? html`<${tag}${written}/>` : html`<${tag}${written}>${inside}</${tag}>`
}

/** A share of the width as an attribute, e.g. `12.5%`: a picture then grows without its texts. */
export function widthShare(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`
}

export const rounded = (value: number) => Number(value.toFixed(2))
