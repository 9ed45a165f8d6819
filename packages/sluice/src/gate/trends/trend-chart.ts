import type { Chart, Panel } from '../../charts/chart.ts'
import type { ChartEvent } from '../../charts/events.ts'
import { linearScale, timeScale } from '../../charts/scale.ts'
import type { ChartPoint, Series, Tone } from '../../charts/series.ts'
import { formatScore } from '../../text/format.ts'
import type { MeasuredPoint, PointKind } from './measured-point.ts'
import type { StoredFeature } from './read-trends.ts'
import { countLine, kindNames, type PointRow, pointSentence, rowsByKind } from './trend-lines.ts'

export const flipPanelName = 'flips of the judge, %'

const tones: Record<PointKind, Tone> = { night: 'one', gate: 'three', eval: 'four', compare: 'six' }

/** One feature on one time axis: its score, and below it cost, latency and flips, as far as they are known. */
export function trendChart(feature: StoredFeature): Chart {
  const { points } = feature
  return {
    title: `Score of ${feature.feature}`,
    description: `${countLine(feature)}. The last: ${lastSentence(points)}`,
    x: timeScale({ values: points.map(({ at }) => at) }),
    panels: [
      scorePanel('score', feature, 150),
      ...[costPanel(feature), latencyPanel(feature), flipPanel(feature)].flatMap((panel) => panel ?? []),
    ],
    events: eventsOf(feature),
  }
}

/** The scores of several features below each other, on one time axis. */
export function scoresChart(features: readonly StoredFeature[]): Chart {
  const points = features.flatMap(({ points: own }) => own)
  return {
    title: `Scores of ${features.length} features`,
    description: features
      .map((one) => `${one.feature}: ${countLine(one)}. The last: ${lastSentence(one.points)}`)
      .join(' '),
    x: timeScale({ values: points.map(({ at }) => at) }),
    panels: features.map((one) => scorePanel(one.feature, one, 80)),
  }
}

function lastSentence(points: readonly MeasuredPoint[]): string {
  const last = points.at(-1)
  return last ? `${pointSentence(last)}.` : 'none.'
}

function scorePanel(name: string, feature: StoredFeature, height: number): Panel {
  const kinds = rowsByKind(feature)
  const thresholds = feature.points.filter(({ kind, score }) => kind === 'night' && score.threshold !== null)
  const shown = feature.points.flatMap(({ score }) => Object.values(score))
  const floors = [...new Set(thresholds.map(({ score }) => score.threshold))]
  const [only = null] = floors
  const steps: Series = {
    ...{ name: 'threshold of nights', tone: 'muted', draw: 'step' },
    points: thresholds.map(({ at, score }) => ({ x: at, y: score.threshold })),
  }
  return {
    name,
    y: linearScale({ values: shown, least: 0, most: 1 }),
    height,
    references: only !== null && floors.length === 1 ? [{ value: only, label: steps.name }] : [],
    series: [
      ...(floors.length > 1 ? [steps] : []),
      ...kinds.map(
        ([kind, rows]): Series => ({
          name: kindNames[kind],
          tone: tones[kind],
          draw: 'both',
          points: rows.map(scorePoint),
        }),
      ),
    ],
  }
}

function scorePoint({ point, breaks, isAfterGap }: PointRow): ChartPoint {
  const { at, score, verdict } = point
  return {
    ...{ x: at, y: score.mean, low: score.ciLow, high: score.ciHigh },
    // A pass keeps the sign of what measured it.
    tone: verdict === 'pass' || verdict === null ? undefined : verdict,
    breaks: breaks.length > 0 || isAfterGap,
    says: `${pointSentence(point)}${breaks.length > 0 ? `. Not comparable with the one before: ${breaks.join('; ')}` : ''}`,
  }
}

function costPanel(feature: StoredFeature): Panel | undefined {
  const series = seriesOf(feature, ({ usd }) => usd, 'points')
  return panelOf('cost, USD', series, 56)
}

function latencyPanel({ points }: StoredFeature): Panel | undefined {
  const of = (name: string, tone: Tone, value: (point: MeasuredPoint) => number | null): Series => ({
    ...{ name, tone, draw: 'points' },
    points: points.flatMap((point) => {
      const ms = value(point)
      return ms === null ? [] : { x: point.at, y: ms / 1000, says: `${point.kind} ${point.name}` }
    }),
  })
  const series = [of('median', 'five', ({ p50Ms }) => p50Ms), of('95 % are faster', 'two', ({ p95Ms }) => p95Ms)]
  return panelOf('latency, seconds', series, 56)
}

function flipPanel(feature: StoredFeature): Panel | undefined {
  const flips = ({ flipRate }: MeasuredPoint) => (flipRate === null ? null : flipRate * 100)
  return panelOf(flipPanelName, seriesOf(feature, flips, 'points'), 44)
}

function seriesOf(
  feature: StoredFeature,
  value: (point: MeasuredPoint) => number | null,
  draw: Series['draw'],
): Series[] {
  return rowsByKind(feature).map(([kind, rows]) => ({
    ...{ name: kindNames[kind], tone: tones[kind], draw },
    points: rows.map(({ point }) => ({ x: point.at, y: value(point), says: `${point.kind} ${point.name}` })),
  }))
}

/** A panel from zero; undefined where nothing is known, since an empty one looks like a zero. */
function panelOf(name: string, series: readonly Series[], height: number): Panel | undefined {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y))
  if (!values.some((value) => value !== null)) return undefined
  const known = series.filter(({ points }) => points.some(({ y }) => y !== null))
  return { name, y: linearScale({ values: [0, ...values], least: 0, wanted: 3 }), height, series: known }
}

/** Drifts, and where comparing ends; and new versions of what the nights ask. */
function eventsOf(feature: StoredFeature): ChartEvent[] {
  const kinds = rowsByKind(feature)
  const rows = kinds.flatMap(([, own]) => own)
  const nights = kinds.find(([kind]) => kind === 'night')?.[1] ?? []
  const drifts = rows.flatMap(({ point }) =>
    point.alarms.slice(0, 1).map(({ code, message }) => ({
      ...{ x: point.at, label: code.replaceAll('-', ' '), tone: 'fail' as const },
      says: `${point.name}: ${message}`,
    })),
  )
  const breaks = rows.flatMap(({ point, breaks: own }) => {
    const label = own.map((reason) => reason.split(':')[0]).join(', ')
    return own.length === 0 ? [] : { x: point.at, label, says: `${point.name}: ${own.join('; ')}` }
  })
  const versions = nights.flatMap(({ point }, index) => {
    const before = nights[index - 1]?.point
    if (!before || before.version === point.version) return []
    const says = `${point.name}: version ${point.version} instead of ${before.version}, ${formatScore(before.score.mean)} before and ${formatScore(point.score.mean)} now`
    return { x: point.at, label: `version ${point.version.slice(0, 7)}`, tone: 'five' as const, says }
  })
  return [...drifts, ...breaks, ...versions].sort((a, b) => a.x - b.x)
}
