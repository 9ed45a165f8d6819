/**
 * How something is coloured and shaped. The six numbered ones differ in their signs and dashes too, and so do the signs
 * of the verdicts.
 */
export type Tone = 'one' | 'two' | 'three' | 'four' | 'five' | 'six' | 'pass' | 'fail' | 'inconclusive' | 'muted'

export interface ChartPoint {
  x: number
  /** Null where the value is unknown: a gap, which no line crosses. */
  y: number | null
  /** An interval around it, or the foot of a bar. Both or none are known. */
  low?: number | null | undefined
  high?: number | null | undefined
  /** The tone of this point alone, e.g. that its run failed. */
  tone?: Tone | undefined
  /** It must not be compared with the point before: no line leads to it. */
  breaks?: boolean | undefined
  /** A sentence for whoever points at it. */
  says?: string | undefined
}

/** Points of one kind, sorted by `x`. */
export interface Series {
  name: string
  tone: Tone
  /**
   * `line` joins points, `step` holds each value until the next, `points` stands alone, `both` is a line with its
   * points, `band` is the area between `low` and `high`, `bars` stand on `low`, or on zero.
   */
  draw: 'line' | 'step' | 'points' | 'both' | 'band' | 'bars'
  points: readonly ChartPoint[]
}

export interface KnownPoint extends ChartPoint {
  y: number
}

const isKnown = (point: ChartPoint): point is KnownPoint => point.y !== null && Number.isFinite(point.y)

/** The stretches of points that a line may join: they end at a value that is unknown, and where comparing ends. */
export function stretches(points: readonly ChartPoint[]): KnownPoint[][] {
  const found: KnownPoint[][] = [[]]
  for (const point of points) {
    if (!isKnown(point) || point.breaks) found.push([])
    if (isKnown(point)) found.at(-1)?.push(point)
  }
  return found.filter((stretch) => stretch.length > 0)
}

/** The points with a value. */
export function knownPoints(points: readonly ChartPoint[]): KnownPoint[] {
  return points.filter(isKnown)
}

/**
 * At most about four points for each of `columns` equal parts of the way: its first and last, its lowest and highest.
 * So no extreme is lost, and where a line goes at the width of a column does not change (the M4 aggregation of Jugel
 * and others, VLDB 2014). Points of different tones are thinned each by themselves.
 */
export function thinned(points: readonly KnownPoint[], columns: number): readonly KnownPoint[] {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || points.length <= columns * 4) return points
  const width = (last.x - first.x) / columns || 1
  const kept = new Map<string, { first: KnownPoint; last: KnownPoint; low: KnownPoint; high: KnownPoint }>()
  for (const point of points) {
    const key = `${Math.min(columns - 1, Math.floor((point.x - first.x) / width))} ${point.tone ?? ''}`
    const column = kept.get(key)
    if (!column) {
      kept.set(key, { first: point, last: point, low: point, high: point })
      continue
    }
    column.last = point
    if (point.y < column.low.y) column.low = point
    if (point.y > column.high.y) column.high = point
  }
  const chosen = new Set([...kept.values()].flatMap((column) => Object.values(column)))
  return points.filter((point) => chosen.has(point))
}
