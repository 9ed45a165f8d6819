import type { HtmlValue } from '../text/markup.ts'
import { cutTo, type PlacedLabel, placedLabels, rowHeight } from './labels.ts'
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
  /** How much room the labels take above the panels. */
  height: number
  /** Labels that stand above `bottom`, and lines from them down to `floor`. */
  content(bottom: number, floor: number): HtmlValue
}

type Shown = ChartEvent & { share: number }

/**
 * The places of the labels, which take them one after the other. Several orders are tried: from left to right, from
 * right to left, and either with failures first. The best one leaves the fewest labels without a place, failures above
 * all, and then has the fewest lines that cross a label.
 */
function bestPlaces(events: readonly Shown[], width: number): Map<Shown, PlacedLabel | undefined> {
  const bad = events.filter(({ tone }) => tone === 'fail')
  const others = events.filter(({ tone }) => tone !== 'fail')
  const bothWays = (list: readonly Shown[]) => [list, list.toReversed()]
  const badFirst = bothWays(bad).flatMap((first) => bothWays(others).map((then) => [...first, ...then]))
  const tries = [...badFirst, ...bothWays(events)].map((order) => {
    const places = placedLabels(order, width, mostRows)
    const lost = order.filter((_, n) => places[n] === undefined)
    const lostBad = lost.filter(({ tone }) => tone === 'fail').length
    const crossed = places.filter((place) => place?.crosses).length
    const fault = (lostBad * order.length + lost.length) * order.length + crossed
    return { fault, places: new Map(order.map((event, n) => [event, places[n]])) }
  })
  return tries.reduce((best, one) => (one.fault < best.fault ? one : best)).places
}

/** Lines through all panels, and above these their labels, each beside its line, where the picture has this width. */
export function eventMarks(
  { events = [], x }: { events?: readonly ChartEvent[]; x: ChartScale },
  width: number,
): EventMarks {
  const shown = events.map((event) => ({ ...event, share: x.place(event.x), label: cutTo(event.label, width / 2) }))
  const placed = bestPlaces(shown, width)
  const rows = Math.max(0, ...[...placed.values()].map((place) => (place === undefined ? 0 : place.row + 1)))
  return {
    height: rows * rowHeight,
    content(bottom, floor) {
      const marks = shown.map((event) => {
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
        const text = row < 0 ? undefined : svgElement('text', { class: `event-label tone-${tone}`, ...place }, label)
        return { line, text }
      })
      // Labels stand over lines.
      return [...marks.map(({ line }) => line), ...marks.map(({ text }) => text)]
    },
  }
}
