import type { Chart, Panel } from '../../../charts/chart.ts'
import type { ChartEvent } from '../../../charts/events.ts'
import { chartFigure } from '../../../charts/numbers-table.ts'
import { linearScale, timeScale } from '../../../charts/scale.ts'
import type { ChartPoint, Series, Tone } from '../../../charts/series.ts'
import type { Verdict } from '../../../records/verdict.ts'
import { formatAmount, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { gateVerdictText } from '../../words/gate-text.ts'
import { momentText, timeText } from '../../words/moments.ts'

/** A value with the interval of its true one, as far as it is known. */
interface Measured {
  value: number
  low: number | null
  high: number | null
}

/** What was measured at one time: by a gate run, a night, or an arm of a rollout. Null is what is not stored. */
export interface TimePoint {
  /** ms since the epoch */
  at: number
  by: 'gate' | 'night' | 'canary' | 'incumbent'
  /** Its label, else its id. */
  version: string
  verdict: Verdict | null
  /** Of the verdict; absent where it is not known. */
  strength?: string | null
  score: Measured | null
  /** USD: of a gate's run or a night as a whole, of a rollout for one request. */
  usd: number | null
  meanMs: number | null
  /** In [0,1]: cases without a score, or requests that failed. */
  errors: number | null
}

/** Something that happened to the feature. */
export interface TimeEvent {
  at: number
  /** A few words. */
  label: string
  /** What happened, in a sentence. */
  says: string
  tone: 'good' | 'bad' | 'change' | 'note'
}

export interface FeatureTimeline {
  feature: string
  points: readonly TimePoint[]
  events: readonly TimeEvent[]
  /** Up to when it is known, ms since the epoch. */
  until: number
  /** What this control plane cannot tell, in sentences. */
  unknown: readonly string[]
}

const named: Record<TimePoint['by'], string> = {
  gate: 'gate run of a version',
  night: 'night',
  canary: 'canary of a rollout',
  incumbent: 'incumbent of a rollout',
}
const tones: Record<TimePoint['by'], Tone> = { gate: 'three', night: 'four', canary: 'two', incumbent: 'one' }
const eventTones: Record<TimeEvent['tone'], Tone> = { good: 'pass', bad: 'fail', change: 'five', note: 'muted' }

/** Calendars end there; what claims to be later, or before there were computers, is no time. */
const isTime = (at: number) => at > 0 && at < Date.UTC(2200, 0)

/** All that is known of a feature on one time axis, and under it what is not known. */
export function featureTimeline(timeline: FeatureTimeline): Html {
  const points = timeline.points.filter(({ at }) => isTime(at))
  const events = timeline.events.filter(({ at }) => isTime(at)).toSorted((a, b) => a.at - b.at)
  const notes = [
    'Vertical lines are what was changed, and alarms. No line joins two scores: they are of different versions, and may be of different cases and judges.',
    'Errors of a gate run are cases without a score, those of a rollout requests that failed. The bars of scores are 95 % intervals.',
    ...missing(points),
    ...timeline.unknown,
  ]
  const chart = points.length + events.length === 0 ? undefined : figure({ ...timeline, points, events })
  return html`${chart ?? html`<p class="empty">Nothing has happened yet: the axis begins with the first version.</p>`}
<details class="notes"><summary>How to read it, and what is not in it</summary><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></details>`
}

function figure({ feature, points, events, until }: FeatureTimeline): Html {
  const times = [...points, ...events].map(({ at }) => at)
  const chart: Chart = {
    title: `${feature} over time`,
    description: [
      formatAmount(points.length, 'measurement'),
      ' and ',
      formatAmount(events.length, 'event'),
      ...events.slice(-3).map(({ at, says }) => `. ${momentText(at, until)}: ${says}`),
    ].join(''),
    x: timeScale({ values: [...times, ...(isTime(until) ? [until] : [])] }),
    panels: panelsOf(points),
    events: events.map(({ at, label, says, tone }): ChartEvent => {
      return { x: at, label, says, tone: eventTones[tone] }
    }),
  }
  return chartFigure(chart, {
    x: timeText,
    y: (value, panel) => (panel === scoreName ? formatScore(value) : String(Number(value.toPrecision(3)))),
  })
}

const scoreName = 'score'

/** The score always, so that events have something to stand over; of the others those of which something is stored. */
function panelsOf(points: readonly TimePoint[]): Panel[] {
  const scores = seriesOf(points, ({ score }) => score?.value ?? null)
  const shown = points.flatMap(({ score }) => [score?.value, score?.low, score?.high])
  const isRun = ({ by }: TimePoint) => by === 'gate' || by === 'night'
  const rollouts = points.filter((point) => !isRun(point))
  return [
    {
      name: scores.length === 0 ? 'score: none is stored' : scoreName,
      y: linearScale({ values: shown, least: 0, most: 1 }),
      height: 150,
      series: scores,
    },
    ...panelFromZero(
      'errors, %',
      seriesOf(points, ({ errors }) => errors && errors * 100),
    ),
    ...panelFromZero(
      'mean latency, seconds',
      seriesOf(points, ({ meanMs }) => meanMs && meanMs / 1000),
    ),
    ...panelFromZero(
      'cost of a request, USD',
      seriesOf(rollouts, ({ usd }) => usd),
    ),
    ...panelFromZero(
      'cost of a gate run or a night, USD',
      seriesOf(points.filter(isRun), ({ usd }) => usd),
    ),
  ]
}

/** None where nothing is known, since an empty panel looks like a zero. */
function panelFromZero(name: string, series: readonly Series[]): Panel[] {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y))
  if (values.every((value) => value === null)) return []
  return [{ name, y: linearScale({ values: [0, ...values], least: 0, wanted: 3 }), height: 48, series }]
}

/**
 * Points alone: no line joins two of them, since they are of different versions, and of suites and judges that may
 * differ.
 */
function seriesOf(points: readonly TimePoint[], read: (point: TimePoint) => number | null): Series[] {
  const found = (['gate', 'night', 'incumbent', 'canary'] as const).map((by): Series => {
    const own = points.filter((point) => point.by === by && read(point) !== null)
    return { name: named[by], tone: tones[by], draw: 'points', points: own.map((point) => chartPoint(point, read)) }
  })
  return found
    .filter(({ points: own }) => own.length > 0)
    .map((one) => ({ ...one, points: one.points.toSorted((a, b) => a.x - b.x) }))
}

function chartPoint(point: TimePoint, read: (point: TimePoint) => number | null): ChartPoint {
  const { at, by, version, verdict, strength, score } = point
  const y = read(point)
  const isScore = score !== null && y === score.value
  return {
    x: at,
    y,
    ...(isScore && { low: score.low, high: score.high }),
    tone: verdict === 'fail' || verdict === 'inconclusive' ? verdict : undefined,
    says: `${momentText(at)}, ${named[by]}, ${version}${verdict === null ? '' : `: ${gateVerdictText({ verdict, strength })}`}`,
  }
}

/** Which quantities are known of no point at all. */
function missing(points: readonly TimePoint[]): string[] {
  const of: [string, (point: TimePoint) => unknown][] = [
    ['score', ({ score }) => score],
    ['errors', ({ errors }) => errors],
    ['latency', ({ meanMs }) => meanMs],
    ['cost', ({ usd }) => usd],
  ]
  const absent = of.filter(([, read]) => points.every((point) => read(point) === null)).map(([name]) => name)
  return absent.length === 0
    ? []
    : [`No gate report, night or rollout of this feature has these figures: ${absent.join(', ')}.`]
}
