import { readFile } from 'node:fs/promises'

/**
 * docs/operators.md as a part of a page. Pictures, and links to pages that are not served, are left out. The build puts
 * the finished text into the command, so that the guide is there without a network, and tells of the very version that
 * runs.
 */
export async function renderedGuide(file: string): Promise<string> {
  const { Marked } = await import('marked')
  const marked = new Marked({
    renderer: {
      image: () => '',
      paragraph({ tokens }) {
        const text = this.parser.parseInline(tokens)
        return text === '' ? '' : `<p>${text}</p>\n`
      },
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${idOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens)
        return href.startsWith('#') ? `<a href="${href}">${text}</a>` : text
      },
      table({ header, rows }) {
        const columns = header.map(({ text }) => text)
        const head = columns.map((column) => `<th scope="col">${column}</th>`).join('')
        const body = rows.map((row) => {
          const cells = row.map(
            ({ tokens }, index) =>
              `<td data-column="${columns[index] ?? ''}"><span>${this.parser.parseInline(tokens)}</span></td>`,
          )
          return `<tr>${cells.join('')}</tr>\n`
        })
        const table = `<table class="cards"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`
        return `<div class="scroll" tabindex="0" role="region" aria-label="${columns[0] ?? ''}">${table}</div>\n`
      },
    },
  })
  return `<div class="guide">${await marked.parse(await readFile(file, 'utf8'))}</div>`
}

/** The address of a heading within the guide, as its links name it. */
function idOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z\d ]/g, '')
    .replaceAll(' ', '-')
}
