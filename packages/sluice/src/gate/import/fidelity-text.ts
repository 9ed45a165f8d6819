import { formatAmount, formatCount, formatPercent } from '../../text/format.ts'
import { type Cell, columns } from '../../text/layout.ts'
import { codeSpan, inlineText } from '../../text/markdown-escape.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { type FidelityRow, fidelities, type Translated } from './fidelity.ts'

const headings = ['outcome', 'what', 'count', 'how, or why not', 'first at']

/** The rows as a table for a terminal of `width` columns. */
export function fidelityTable(rows: readonly FidelityRow[], width: number): string {
  if (rows.length === 0) return ''
  const lines = rows.map(({ outcome, name, count, note, place }): Cell[] => [
    { text: outcome },
    { text: visibleLine(name) },
    { text: formatCount(count), align: 'right' },
    { text: visibleLine(note) },
    { text: visibleLine(place) },
  ])
  return `${columns([headings.map((text) => ({ text })), ...lines], width).join('\n')}\n`
}

/** The same as a page of Markdown: assertions, then everything else. */
export function fidelityMarkdown(
  rows: readonly FidelityRow[],
  { title, summary }: { title: string; summary: readonly string[] },
): string {
  const section = (kind: FidelityRow['kind'], heading: string) => {
    const own = rows.filter((row) => row.kind === kind)
    return own.length === 0 ? [] : [`## ${heading}`, '', ...markdownTable(own), '']
  }
  return [
    `# ${inlineText(title)}`,
    '',
    ...summary.map((line) => `- ${inlineText(line)}`),
    '',
    ...section('assertion', 'Assertions'),
    ...section('field', 'Everything else'),
  ].join('\n')
}

function markdownTable(rows: readonly FidelityRow[]): string[] {
  return [
    '| outcome | what | count | how, or why not | first at |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ outcome, name, count, note, place }) =>
        `| ${outcome} | ${codeSpan(name)} | ${count} | ${inlineText(note)} | ${codeSpan(place)} |`,
    ),
  ]
}

/** How much of the assertions was translated, in a sentence. */
export function shareText({ assertions, share, ...counts }: Translated): string {
  if (share === null) return 'There are no assertions in the file.'
  const parts = fidelities.map((outcome) => `${formatCount(counts[outcome])} ${outcome}`)
  const done = counts.same + counts.approximated
  return `${formatCount(done)} of ${formatAmount(assertions, 'assertion')} translated (${formatPercent(share)}): ${parts.join(', ')}.`
}
