import type { Html } from '../text/markup.ts'
import type { ChartScale } from './scale.ts'
import { type KnownPoint, knownPoints, type Series, stretches, type Tone, thinned } from './series.ts'
import { rounded, svgElement, widthShare } from './svg.ts'

/** Where marks are drawn: shares of the width from left to right, pixels from top to bottom. */
export interface Frame {
  x: ChartScale
  y: ChartScale
  top: number
  height: number
  /** How wide its bars are, as a share of the width. */
  barWidth: number
}

/** A picture inside of a picture that has a title of its own. */
export const nested = { 'aria-hidden': 'true' }

/** Lines are drawn in a box of this many units, which is stretched to the width. */
const units = 1000
/** More columns than this no screen tells apart in one picture. */
const columns = 600

/** What one series looks like. */
export function drawSeries(series: Series, frame: Frame): Html[] {
  const { draw, tone } = series
  const parts = stretches(series.points).map((stretch) => thinned(stretch, columns))
  // A band of one point has no width, and is shown as that point with its interval.
  if (draw === 'band')
    return parts.map((part) => (part[0] && part.length === 1 ? mark(part[0], tone, frame) : band(part, tone, frame)))
  if (draw === 'bars') return [bars(series, frame)]
  const isJoined = (part: readonly KnownPoint[]) => part.length > 1
  const lines = draw === 'points' ? [] : parts.filter(isJoined).map((part) => line(part, tone, frame, draw === 'step'))
  const shown = draw === 'points' || draw === 'both' ? thinned(knownPoints(series.points), columns) : []
  const lonely = draw === 'line' || draw === 'step' ? parts.filter((part) => !isJoined(part)).flat() : []
  return [...lines, ...[...shown, ...lonely].map((point) => mark(point, tone, frame))]
}

/** Ends of what lies outside of the scale are drawn at its ends. */
const inside = (share: number) => Math.min(1, Math.max(0, share))

const heightOf = ({ y, top, height }: Frame, value: number) => top + (1 - inside(y.place(value))) * height
const shareOf = ({ x }: Frame, value: number) => inside(x.place(value))

/** A box that is stretched to the whole width; its lines keep their strength. */
function stretched({ top, height }: Frame, path: string, attributes: Record<string, string>): Html {
  const box = { x: 0, y: top, width: '100%', height, viewBox: `0 0 ${units} ${rounded(height)}` }
  const drawn = svgElement('path', { ...attributes, d: path, 'vector-effect': 'non-scaling-stroke' })
  return svgElement('svg', { ...box, preserveAspectRatio: 'none', overflow: 'visible', ...nested }, drawn)
}

function line(points: readonly KnownPoint[], tone: Tone, frame: Frame, isStep: boolean): Html {
  const place = ({ x, y }: KnownPoint) => [rounded(shareOf(frame, x) * units), rounded(heightOf(frame, y) - frame.top)]
  const path = points.map((point, index) => {
    const [x, y] = place(point)
    if (index === 0) return `M${x} ${y}`
    return isStep ? `H${x}V${y}` : `L${x} ${y}`
  })
  return stretched(frame, path.join(''), { class: `line tone-${tone}`, fill: 'none' })
}

function band(points: readonly KnownPoint[], tone: Tone, frame: Frame): Html {
  const corner = (x: number, y: number) =>
    `${rounded(shareOf(frame, x) * units)} ${rounded(heightOf(frame, y) - frame.top)}`
  const over = points.map(({ x, y, high }) => corner(x, high ?? y))
  const under = points.toReversed().map(({ x, y, low }) => corner(x, low ?? y))
  return stretched(frame, `M${[...over, ...under].join('L')}z`, { class: `band tone-${tone}` })
}

/** A share of the width for all bars of a panel, so that stacked ones are alike: as much as the closest two allow. */
export function barWidth(series: readonly Series[], x: ChartScale): number {
  const ofBars = series.filter(({ draw }) => draw === 'bars').flatMap(({ points }) => knownPoints(points))
  const places = [...new Set(ofBars.map((point) => x.place(point.x)))].sort((a, b) => a - b)
  const closest = places.reduce((least, place, index) => Math.min(least, place - (places[index - 1] ?? -1)), 0.06)
  return Math.max(0.004, closest * 0.7)
}

function bars({ points, tone }: Series, frame: Frame): Html {
  const width = frame.barWidth
  const drawn = thinned(knownPoints(points), columns).map((point) => {
    const [foot, head] = [heightOf(frame, point.low ?? 0), heightOf(frame, point.y)]
    const box = { x: widthShare(shareOf(frame, point.x) - width / 2), width: widthShare(width) }
    const size = { y: Math.min(foot, head), height: Math.abs(foot - head) }
    return svgElement('rect', { class: `block tone-${point.tone ?? tone}`, ...box, ...size }, tip(point))
  })
  return svgElement('g', {}, drawn)
}

/** A point with its interval. One that lies outside of the scale is an arrow at the edge. */
function mark(point: KnownPoint, ofSeries: Tone, frame: Frame): Html {
  const tone = point.tone ?? ofSeries
  const x = widthShare(shareOf(frame, point.x))
  const place = frame.y.place(point.y)
  const { low, high } = point
  const whisker =
    low === null || high === null || low === undefined || high === undefined
      ? undefined
      : svgElement('line', {
          class: `whisker tone-${tone}`,
          x1: x,
          x2: x,
          y1: heightOf(frame, low),
          y2: heightOf(frame, high),
        })
  const beyond = place > 1 + 1e-9 ? 'M0-5 5 4H-5z' : place < -1e-9 ? 'M0 5 5-4H-5z' : undefined
  return svgElement('g', { class: 'point' }, [
    whisker,
    symbol(x, heightOf(frame, point.y), tone, { path: beyond, content: tip(point) }),
  ])
}

const tip = ({ says }: KnownPoint) => (says === undefined ? undefined : svgElement('title', {}, says))

/** Told apart by shape too, for who sees no colours. */
const shapes: Record<Tone, string> = {
  one: 'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z',
  two: 'M-3.2-3.2h6.4v6.4h-6.4z',
  three: 'M0-4.8 4.8 0 0 4.8-4.8 0z',
  four: 'M0-4.5 4.5 3.5h-9z',
  five: 'M0 4.5 4.5-3.5h-9z',
  six: 'M-1.2-4.4h2.4v3.2h3.2v2.4h-3.2v3.2h-2.4v-3.2h-3.2v-2.4h3.2z',
  pass: 'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z',
  fail: 'M-4.6-3.2-3.2-4.6 0-1.4 3.2-4.6 4.6-3.2 1.4 0 4.6 3.2 3.2 4.6 0 1.4-3.2 4.6-4.6 3.2-1.4 0z',
  inconclusive: 'M-3.8 0a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0-7.6 0z',
  muted: 'M-3.2-3.2h6.4v6.4h-6.4z',
}

/** The sign of a tone, its middle at a place. */
export function symbol(
  x: string | number,
  y: number,
  tone: Tone,
  { path, content }: { path?: string | undefined; content?: Html | undefined } = {},
): Html {
  return svgElement(
    'svg',
    { x, y, overflow: 'visible', ...nested },
    svgElement('path', { class: `sign tone-${tone}`, d: path ?? shapes[tone] }, content),
  )
}

/** A dashed line across the picture that values are held against. */
export function referenceLine(value: number, label: string, frame: Frame): Html {
  const y = heightOf(frame, value)
  // Above the line, or below it where the picture ends.
  const below = y - frame.top < 14
  return svgElement('g', { class: 'reference' }, [
    svgElement('line', { x1: 0, x2: '100%', y1: y, y2: y }),
    svgElement('text', { class: 'label', x: '100%', y: y + (below ? 12 : -4), 'text-anchor': 'end' }, label),
  ])
}
