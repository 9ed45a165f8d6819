import { formatChange } from '../../../../text/format.ts'
import { visibleLine } from '../../../../text/untrusted.ts'
import { byChange, changeOf } from '../case-row-data.ts'
import type { CaseData } from './case-data.ts'
import { element } from './dom.ts'

/** Makes the picture of sorted changes a way to the cases: by mouse, or with the arrow keys and Enter. */
export function installDifferenceChart(
  chart: HTMLElement,
  { rows, total }: CaseData,
  open: (row: number) => void,
): void {
  const order = byChange(rows)
  if (order.length === 0 || rows.length < total) return
  const picture = chart.querySelector('svg')
  if (!picture) return
  const cursor = element('div', { class: 'cursor', hidden: '' })
  const note = element(
    'p',
    { class: 'note' },
    'Point at a bar and click it, or use the arrow keys and Enter, to open its case.',
  )
  const slider = element('div', {
    class: 'slider',
    role: 'slider',
    tabindex: '0',
    'aria-label': 'Case by change',
    'aria-valuemin': '1',
    'aria-valuemax': String(order.length),
  })
  picture.replaceWith(slider)
  slider.append(picture, cursor)
  chart.append(note)
  let at = 0
  const point = (next: number) => {
    at = Math.min(order.length - 1, Math.max(0, next))
    const row = rows[order[at] ?? 0]
    if (!row) return
    const text = `${visibleLine(row.id)} ${formatChange(changeOf(row))}`
    slider.setAttribute('aria-valuenow', String(at + 1))
    slider.setAttribute('aria-valuetext', text)
    note.textContent = text
    cursor.hidden = false
    cursor.style.left = `${((at + 0.5) / order.length) * 100}%`
  }
  const choose = () => open(order[at] ?? 0)
  slider.setAttribute('aria-valuenow', '1')
  slider.addEventListener('mousemove', (event) => {
    const { left, width } = slider.getBoundingClientRect()
    point(Math.floor(((event.clientX - left) / width) * order.length))
  })
  slider.addEventListener('click', choose)
  slider.addEventListener('focus', () => point(at))
  slider.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.round(order.length / 10))
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      PageUp: at + page,
      PageDown: at - page,
      Home: 0,
      End: order.length - 1,
    }
    const next = steps[event.key]
    if (next !== undefined) point(next)
    else if (event.key === 'Enter' || event.key === ' ') choose()
    else return
    event.preventDefault()
  })
}
