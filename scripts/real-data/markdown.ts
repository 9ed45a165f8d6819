import type { Compared } from './compare-files.ts'

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function signed(value: number): string {
  const text = value.toFixed(3)
  return Number(text) > 0 ? `+${text}` : text
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

/** The columns that every comparison has. */
export const comparedHead = ['pairs', 'difference', '95 % interval', 'detectable drop', 'verdict', 'exit code']

export function comparedCells({ pairs, difference, ciLow, ciHigh, detectableDrop, ...rest }: Compared): string[] {
  const interval = `${signed(ciLow)} to ${signed(ciHigh)}`
  return [`${pairs}`, signed(difference), interval, detectableDrop.toFixed(3), verdictOf(rest), `${rest.exitCode}`]
}

export function verdictOf({ verdict, weak }: Pick<Compared, 'verdict' | 'weak'>): string {
  return weak ? 'weak pass' : verdict
}

/** How many of each verdict, for a sentence. */
export function countVerdicts(results: readonly Compared[]): string {
  const counts = new Map([
    ['pass', 0],
    ['weak pass', 0],
    ['inconclusive', 0],
    ['fail', 0],
  ])
  for (const result of results) counts.set(verdictOf(result), (counts.get(verdictOf(result)) ?? 0) + 1)
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
}

/** A page whose paragraphs end their lines before 120 characters; tables, headings and code stay as they are. */
export function wrapped(page: string): string {
  return page
    .split('\n\n')
    .map((block) => (/^(?:\||#|```)/.test(block) ? block : wrapParagraph(block)))
    .join('\n\n')
}

function wrapParagraph(text: string): string {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > 120) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}
