/** A text of the product that the guide quotes, and where. */
export interface Quote {
  section: string
  text: string
}

export interface Guide {
  /** Ids of the sections that the table leads to, in its order. */
  rows: string[]
  /** Ids of the sections that tell of a symptom. */
  sections: string[]
  quotes: Quote[]
  /** Names of what stands on pages, such as buttons and headings. */
  names: string[]
  /** `/rollouts/{rollout}` */
  addresses: string[]
}

const slug = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z\d ]/g, '')
    .replaceAll(' ', '-')

/** Takes docs/operators.md apart. What stands between double quotes, or as a block quote, is a text of the product. */
export function guideOf(markdown: string): Guide {
  const text = markdown.replaceAll(/^```.*?^```$/gms, '')
  const [before = '', ...parts] = text.split(/^## /m)
  const [table = '', ...sections] = parts
  const rows = table.split('\n').flatMap((line) => {
    const section = /\]\(#([\w-]+)\)/.exec(line)?.[1]
    return section === undefined ? [] : [{ section, line }]
  })
  const told = sections.map((part) => {
    const [title = '', ...lines] = part.split('\n')
    return { section: slug(title), lines: lines.join('\n') }
  })
  const prose = [before, table, ...sections].join('\n')
  return {
    rows: rows.map(({ section }) => section),
    sections: told.map(({ section }) => section),
    quotes: [
      ...rows.flatMap(({ section, line }) => quotesIn(line).map((quoted) => ({ section, text: quoted }))),
      ...told.flatMap(({ section, lines }) => quotesIn(lines).map((quoted) => ({ section, text: quoted }))),
    ],
    names: [...new Set([...prose.matchAll(/(?<![*\w])\*([^*\n]+)\*(?!\*)/g)].map(([, name = '']) => name))],
    addresses: [...new Set([...prose.matchAll(/`(\/[^`]*)`/g)].map(([, address = '']) => address))],
  }
}

function quotesIn(text: string): string[] {
  const blocks = [...text.matchAll(/(?:^> .*\n)+/gm)].map(([block]) => oneLine(block.replaceAll(/^> /gm, '')))
  const rest = oneLine(text.replaceAll(/^> .*\n/gm, '').replaceAll(/`[^`]*`/g, ''))
  return [...blocks, ...[...rest.matchAll(/"([^"]+)"/g)].map(([, quoted = '']) => quoted)]
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

/** Whether a page shows a text: numbers may be others, and `…` stands for anything. */
export function isShown(quoted: string, page: string): boolean {
  const parts = quoted.split('…').map((part) =>
    part
      .trim()
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/\d[\d,.:]*\d|\d/g, '\\d[\\d,.:]*'),
  )
  return new RegExp(parts.join('.*?')).test(page)
}
