import { htmlText } from '../../../text/markdown-escape.ts'

/** The texts that are not empty, as paragraphs. */
export const join = (texts: readonly string[]) => texts.filter((text) => text !== '').join('\n\n')

/** Folded, with a title that is seen; nothing where there is nothing to fold. */
export function collapsed(title: string, texts: readonly string[]): string {
  const body = join(texts)
  return body === '' ? '' : `<details><summary>${htmlText(title)}</summary>\n\n${body}\n\n</details>`
}

/** A table of cells that are Markdown already; `align` has one letter a column, r for right. */
export function table(head: readonly string[], align: string, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = [...align].map((letter) => (letter === 'r' ? '--:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
