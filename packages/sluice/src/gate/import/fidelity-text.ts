import { formatAmount, formatCount, formatPercent } from '../../text/format.ts'
import { type Cell, columns, displayWidth, wrap } from '../../text/layout.ts'
import { codeSpan, inlineText } from '../../text/markdown-escape.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { type FidelityRow, fidelities, type Translated } from './fidelity.ts'

const widestName = 32
const narrowestNote = 24

/** The rows as a table for a terminal of `width` columns; what does not fit is continued below, and never cut. */
export function fidelityTable(rows: readonly FidelityRow[], width: number): string {
  const names = rows.map(({ name }) => visibleLine(name))
  const nameWidth = Math.min(widestName, Math.max(0, ...names.map(displayWidth)))
  const counts = rows.map(({ count }) => formatCount(count))
  const countWidth = Math.max(0, ...counts.map((count) => count.length))
  const noteWidth = Math.max(narrowestNote, width - 'approximated'.length - nameWidth - countWidth - 6)
  const lines = rows.flatMap(({ outcome, note, place }, index) => {
    const name = wrap(names[index] ?? '', nameWidth)
    const text = wrap(visibleLine(`${note === '' ? '' : `${note} `}(${place})`), noteWidth)
    return Array.from({ length: Math.max(name.length, text.length) }, (_, line): Cell[] => [
      { text: line === 0 ? outcome : '' },
      { text: name[line] ?? '' },
      { text: line === 0 ? (counts[index] ?? '') : '', align: 'right' },
      { text: text[line] ?? '' },
    ])
  })
  return lines.length === 0 ? '' : `${columns(lines, Number.POSITIVE_INFINITY).join('\n')}\n`
}

/** The fidelity as a page of Markdown: assertions, then everything else. */
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
