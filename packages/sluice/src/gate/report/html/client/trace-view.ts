import { formatAmount } from '../../../../text/format.ts'
import type { TraceLine, TraceSection, TraceSide } from '../../trace/trace-sections.ts'
import { element } from './dom.ts'

/** What was done on the way to the answer, the baseline beside it, with the place of the first difference. */
export function traceView(sections: readonly TraceSection[]): HTMLElement[] {
  return sections.map((section) => {
    const { title, isSame, firstDifference } = section
    const attributes = { class: 'input trace', open: title === 'Steps' || firstDifference !== null ? '' : undefined }
    return element(
      'details',
      attributes,
      element('summary', {}, isSame ? `${title}, unchanged` : title),
      element('div', { class: 'outputs' }, ...panes(section)),
    )
  })
}

function panes({ now, before, isSame, firstDifference }: TraceSection): (HTMLElement | undefined)[] {
  if (isSame || firstDifference === null)
    return [now ? pane('', now, null, 'ins') : before ? pane('Before', before, null, 'del') : undefined]
  return [
    before ? pane('Before', before, firstDifference, 'del') : undefined,
    now ? pane('Now', now, firstDifference, 'ins') : undefined,
  ]
}

function pane(
  title: string,
  { lines, skipped, left }: TraceSide,
  first: number | null,
  mark: 'ins' | 'del',
): HTMLElement {
  const shown = lines.map((line, index) => shownLine(line, index + skipped === first, mark))
  return element(
    'section',
    {},
    title === '' ? undefined : element('p', { class: 'title' }, title),
    element(
      'div',
      { class: 'output steps' },
      skipped > 0 ? element('span', { class: 'muted' }, `… ${formatAmount(skipped, 'equal line')} before`) : undefined,
      ...shown,
      left > 0
        ? element('span', { class: 'muted' }, `… ${formatAmount(left, 'more line')}: report.json has all`)
        : undefined,
    ),
  )
}

function shownLine(
  { step, text, time, failed, isOther }: TraceLine,
  isFirst: boolean,
  mark: 'ins' | 'del',
): HTMLElement {
  return element(
    'span',
    { class: failed ? 'failed' : undefined },
    step === null ? undefined : element('b', {}, String(step)),
    isOther ? element(mark, {}, text) : text,
    time === '' ? undefined : element('small', {}, time),
    isFirst ? element('span', { class: 'badge' }, 'first difference') : undefined,
  )
}
