import type { HtmlValue } from '../text/markup.ts'
import { cutTo, placedLabels, rowHeight } from './labels.ts'
import type { ChartScale } from './scale.ts'
import type { Tone } from './series.ts'
import { svgElement, widthShare } from './svg.ts'

/** Something that happened at one place of the horizontal scale. */
export interface ChartEvent {
  x: number
  /** A few words. */
  label: string
  tone?: Tone
  /** A sentence for whoever points at it. */
  says?: string | undefined
}

const mostRows = 3

interface EventMarks {
  /** Of the labels, above the panels. */
  height: number
  /** Labels that stand above `bottom`, and lines from them down to `floor`. */
  content(bottom: number, floor: number): HtmlValue
}

/** Lines through all panels, and above these their labels, each beside its line, where the picture has this width. */
export function eventMarks(
  { events = [], x }: { events?: readonly ChartEvent[]; x: ChartScale },
  width: number,
): EventMarks {
  const shown = events.map((event) => ({ ...event, share: x.place(event.x), label: cutTo(event.label, width / 2) }))
  // What is bad finds its label a place first.
  const order = shown.toSorted((a, b) => Number(b.tone === 'fail') - Number(a.tone === 'fail'))
  const placed = new Map(placedLabels(order, width, mostRows).map((place, index) => [order[index], place]))
  const rows = Math.max(0, ...[...placed.values()].map((place) => (place === undefined ? 0 : place.row + 1)))
  return {
    height: rows * rowHeight,
    content: (bottom, floor) =>
      shown.map((event) => {
        const { share, label, says, tone = 'muted' } = event
        const { row = -1, anchor = 'start' } = placed.get(event) ?? {}
        const y = bottom - row * rowHeight - 3
        const ends = { x1: widthShare(share), x2: widthShare(share), y1: y - 8, y2: floor }
        const line = svgElement(
          'line',
          { class: `event tone-${tone}`, ...ends },
          svgElement('title', {}, says ?? label),
        )
        const place = { x: widthShare(share), dx: anchor === 'start' ? 4 : -4, y, 'text-anchor': anchor }
        return [line, row < 0 ? undefined : svgElement('text', { class: `event-label tone-${tone}`, ...place }, label)]
      }),
  }
}
