import type { CaseReport } from '../../../../records/report/case-report.ts'
import { visibleText } from '../../../../text/untrusted.ts'
import { diffWords, type Range } from '../../../../text/word-diff.ts'
import { quoteRange } from '../quote-range.ts'
import { element } from './dom.ts'

export interface OutputView {
  element: HTMLElement
  /** Points at the evidence of one of the judge's items; undefined for none. */
  mark(item: number | undefined): void
}

interface Span extends Range {
  /** `removed`, `added`, or the number of the judge's item that quotes it. */
  as: 'removed' | 'added' | number
}

/**
 * The old and the new output side by side: what was changed, and what the judge quoted. Undefined without an output.
 */
export function outputView({
  output,
  baselineOutput,
  judge,
}: Pick<CaseReport, 'output' | 'baselineOutput' | 'judge'>): OutputView | undefined {
  if (output === null && (baselineOutput ?? null) === null) return undefined
  const now = visibleText(output ?? '')
  const before = baselineOutput === undefined || baselineOutput === null ? undefined : visibleText(baselineOutput)
  const { removed, added } =
    before === undefined || output === null ? { removed: [], added: [] } : diffWords(before, now)
  const quoted = judge.flatMap(({ evidence, evidenceFound }, item): Span[] => {
    const range = evidenceFound === false ? undefined : quoteRange(output ?? '', evidence)
    return range ? [{ ...range, as: item }] : []
  })
  const same = before === now
  const panes = [
    before === undefined || same
      ? undefined
      : pane(
          'Before',
          spans(
            before,
            removed.map((range): Span => ({ ...range, as: 'removed' })),
          ),
        ),
    output === null
      ? undefined
      : pane(
          before === undefined ? 'Output' : same ? 'Output, unchanged' : 'Now',
          spans(now, [...added.map((range): Span => ({ ...range, as: 'added' })), ...quoted]),
        ),
  ]
  const view = element('div', { class: 'outputs' }, ...panes)
  return {
    element: view,
    mark(item) {
      for (const span of view.querySelectorAll('[data-items]')) {
        span.classList.toggle(
          'pointed',
          item !== undefined && span.getAttribute('data-items')?.split(' ').includes(String(item)),
        )
      }
    },
  }
}

function pane(title: string, content: readonly (Node | string)[]): HTMLElement {
  return element(
    'section',
    {},
    element('p', { class: 'title' }, title),
    element('div', { class: 'output' }, ...content),
  )
}

/** The text cut at every border of a span, each piece within the spans that cover it. */
function spans(text: string, all: readonly Span[]): (Node | string)[] {
  const borders = [...new Set([0, text.length, ...all.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b)
  return borders.slice(0, -1).map((start, index) => {
    const end = borders[index + 1] ?? text.length
    const covering = all.filter((span) => span.start <= start && span.end >= end)
    const items = covering.flatMap((span) => (typeof span.as === 'number' ? [span] : []))
    const numbers = items.filter((span) => span.end === end).map((span) => Number(span.as) + 1)
    let piece: Node | string = text.slice(start, end)
    if (items.length > 0) {
      const notes = numbers.length > 0 ? element('sup', {}, numbers.join(',')) : undefined
      piece = element('mark', { 'data-items': items.map((span) => span.as).join(' ') }, piece, notes)
    }
    const change = covering.find((span) => typeof span.as === 'string')
    return change ? element(change.as === 'added' ? 'ins' : 'del', {}, piece) : piece
  })
}
