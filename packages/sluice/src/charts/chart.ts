import { type Html, type HtmlValue, trusted } from '../text/markup.ts'
import { type ChartEvent, eventMarks } from './events.ts'
import { cutTo, heightTicks, legendPlaces, type PlacedTick, rowHeight, textWidth, ticksThatFit } from './labels.ts'
import { barWidth, drawSeries, type Frame, nested, referenceLine, symbol } from './marks.ts'
import type { ChartScale } from './scale.ts'
import type { Series, Tone } from './series.ts'
import { chartStyle, room, wideFrom, wideLabels } from './style.ts'
import { svgElement, widthShare } from './svg.ts'

/** Series over one vertical scale. */
export interface Panel {
  name: string
  y: ChartScale
  /** In pixels, without its name. */
  height: number
  series: readonly Series[]
  /** Values that the series are held against, with their names. */
  references?: readonly { value: number; label: string }[]
}

/** A picture: panels below each other, over one horizontal scale. */
export interface Chart {
  /** What is shown, e.g. `Score of email-summary`. */
  title: string
  /** What one sees, in sentences, for who cannot see it. */
  description: string
  x: ChartScale
  /** What the horizontal scale counts; a time scale needs none. */
  xName?: string
  panels: readonly Panel[]
  events?: readonly ChartEvent[]
}

/** In pixels: what a picture on a page must fit, and how wide a file of its own is. */
const narrowest = 300
const fileWidth = 720

const nameHeight = 18
const betweenPanels = 14

interface Drawing {
  height: number
  content: HtmlValue
}

/**
 * The picture for a page. It is as wide as its place, and its texts keep their size; no labels touch each other from
 * 300 pixels on. The page needs `chartStyle`.
 */
export function chartPicture(chart: Chart): Html {
  const left = leftOf(chart)
  const { height, content } = drawn(chart, narrowest - left - room.right, wideFrom - left - room.right)
  return svgElement(
    'svg',
    { class: left === room.left ? 'chart' : 'chart chart-wide', width: '100%', height, role: 'img' },
    [...accessible(chart), content],
  )
}

/** The picture as a file of its own, which brings its style: for light and dark pages, and for print. */
export function chartFile(chart: Chart): string {
  const left = leftOf(chart)
  const inner = fileWidth - left - room.right
  const { height, content } = drawn(chart, inner)
  const plot = svgElement('svg', { x: left, y: 0, width: inner, height, overflow: 'visible', ...nested }, content)
  const box = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${fileWidth} ${height}`, width: fileWidth, height }
  // The style is ours and holds nothing of a file; escaped it would not be read.
  const style = trusted(`<style>${chartStyle}</style>`)
  return `${svgElement('svg', { class: 'chart-file', ...box, role: 'img' }, [...accessible(chart), style, plot]).markup}\n`
}

function leftOf({ panels }: Chart): number {
  const widths = panels.flatMap(({ y }) => y.ticks.map(({ label }) => textWidth(label)))
  return widths.every((width) => width <= room.left - 8) ? room.left : wideLabels
}

const accessible = ({ title, description }: Chart) => [
  svgElement('title', {}, title),
  svgElement('desc', {}, description),
]

/** A picture that must fit `width` pixels, and where it has at least `wide` shows more labels below it. */
function drawn(chart: Chart, width: number, wide = width): Drawing {
  const legend = legendOf(chart, width)
  const few = eventMarks(chart, width)
  const many = wide === width ? few : eventMarks(chart, wide)
  const overPanels = legend.height + Math.max(few.height, many.height)
  let top = overPanels + 4
  const panels = chart.panels.map((panel) => {
    const frame = {
      x: chart.x,
      y: panel.y,
      top: top + nameHeight,
      height: panel.height,
      barWidth: barWidth(panel.series, chart.x),
    }
    top += nameHeight + panel.height + betweenPanels
    return { panel, frame }
  })
  const first = panels[0]?.frame.top ?? 0
  const floor = top - betweenPanels
  const content = [
    legend.content,
    ...panels.map(({ panel, frame }) => grid(panel, frame)),
    horizontal(chart, ticksAt(chart, width, wide), { first, floor }),
    ...panels.map(({ panel, frame }) => marks(panel, frame)),
    ...(wide === width || chart.events === undefined
      ? [few.content(overPanels, floor)]
      : [
          svgElement('g', { class: 'narrow-ticks' }, few.content(overPanels, floor)),
          svgElement('g', { class: 'wide-ticks' }, many.content(overPanels, floor)),
        ]),
    ...panels.map(({ panel, frame }) =>
      svgElement('text', { class: 'panel-name', x: 0, y: frame.top - 7 }, cutTo(panel.name, width)),
    ),
  ]
  return { height: floor + 22 + (captionOf(chart) === '' ? 0 : 16), content }
}

const captionOf = ({ x, xName }: Chart) => [xName, x.caption].filter((text) => text !== undefined).join(', ')

/** Names and signs, where several series must be told apart; and the verdicts that single points have. */
function legendOf({ panels }: Chart, width: number): Drawing {
  // The name of a panel says enough of a series that is alone in it; one whose points all have verdicts has no sign.
  const isNamed = ({ points }: Series) => points.length === 0 || points.some(({ tone }) => tone === undefined)
  const all = panels.flatMap(({ series }) => (series.length > 1 ? series.filter(isNamed) : []))
  const everything = panels.flatMap(({ series }) => series)
  const ofPoints = new Set(everything.flatMap(({ points }) => points.flatMap(({ tone }) => tone ?? [])))
  const verdicts = [...ofPoints].map((tone) => ({ name: tone, tone, draw: 'points' as const }))
  const named = [...Map.groupBy([...all, ...verdicts], ({ name }) => name).values()].flatMap(([first]) => first ?? [])
  if (named.length === 0) return { height: 0, content: undefined }
  const places = legendPlaces(
    named.map(({ name }) => name),
    width,
  )
  const rows = Math.max(...places.map(({ row }) => row)) + 1
  const content = named.map(({ name, tone, draw }, index) => {
    const { row, x } = places[index] ?? { row: 0, x: 0 }
    const y = row * rowHeight + 8
    return svgElement('g', { class: 'legend' }, [
      legendSign(draw, tone, x, y),
      svgElement('text', { x: x + 20, y: y + 4 }, name),
    ])
  })
  return { height: rows * rowHeight + 4, content }
}

function legendSign(draw: Series['draw'], tone: Tone, x: number, y: number): HtmlValue {
  if (draw === 'band') return svgElement('rect', { class: `band tone-${tone}`, x, y: y - 5, width: 16, height: 10 })
  if (draw === 'bars')
    return svgElement('rect', { class: `block tone-${tone}`, x: x + 4, y: y - 5, width: 8, height: 10 })
  const stroke = svgElement('line', { class: `line tone-${tone}`, x1: x, x2: x + 16, y1: y, y2: y })
  if (draw === 'points') return symbol(x + 8, y, tone)
  return draw === 'both' ? [stroke, symbol(x + 8, y, tone)] : stroke
}

/** A line with its value at each tick. */
function grid({ y, height }: Panel, frame: Frame): Html {
  return svgElement('g', { class: 'grid' }, [
    ...heightTicks(y, height).map(({ value, label }) => {
      const at = frame.top + (1 - y.place(value)) * height
      return [
        svgElement('line', { x1: 0, x2: '100%', y1: at, y2: at }),
        svgElement('text', { class: 'tick', x: 0, dx: -6, y: at + 4, 'text-anchor': 'end' }, label),
      ]
    }),
  ])
}

/** The ticks below a picture, by the class that shows them: always, or where it is narrow, or wide. */
function ticksAt({ x }: Chart, width: number, wide: number): Record<string, readonly PlacedTick[]> {
  const [few, many] = [ticksThatFit(x, width), ticksThatFit(x, wide)]
  return few.length === many.length ? { ticks: few } : { 'narrow-ticks': few, 'wide-ticks': many }
}

function horizontal(
  chart: Chart,
  ticks: Record<string, readonly PlacedTick[]>,
  { first, floor }: { first: number; floor: number },
): Html {
  const caption = captionOf(chart)
  const tick = ({ share, label, anchor }: PlacedTick) => [
    svgElement('line', { x1: widthShare(share), x2: widthShare(share), y1: first, y2: floor + 4 }),
    svgElement('text', { class: 'tick', x: widthShare(share), y: floor + 18, 'text-anchor': anchor }, label),
  ]
  return svgElement('g', { class: 'grid' }, [
    ...Object.entries(ticks).map(([kind, placed]) => svgElement('g', { class: kind }, placed.map(tick))),
    caption === ''
      ? undefined
      : svgElement('text', { class: 'tick', x: '100%', y: floor + 34, 'text-anchor': 'end' }, caption),
  ])
}

function marks({ series, references = [] }: Panel, frame: Frame): Html {
  return svgElement('g', {}, [
    ...references.map(({ value, label }) => referenceLine(value, label, frame)),
    ...series.flatMap((one) => drawSeries(one, frame)),
  ])
}
