import type { Clock } from '@sluice/client'
import type { LogDraft, RequestEntry } from '../../records/outcome.ts'
import { dayMs } from '../../time-units.ts'
import { armAttributes } from './log-records.ts'
import { attributesOf, type Metric, nanoseconds } from './otlp.ts'

/** The time span of the entries, in ms since the epoch. */
export interface Span {
  from: number
  to: number
}

interface Instrument {
  name: string
  unit: string
  description: string
  /**
   * The numbers of an arm: they are summed, or averaged for a gauge. Without any there is no point, since unknown is
   * not 0.
   */
  values(entries: readonly LogDraft[]): number[]
  gauge?: true
}

const deltaTemporality = 1

const requests = (entries: readonly LogDraft[]): RequestEntry[] => entries.filter((entry) => entry.kind === 'request')
const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
const scores = (kind: 'score' | 'feedback') => (entries: readonly LogDraft[]) =>
  entries.flatMap((entry) => (entry.kind === kind ? [entry.score] : []))

const counted = (of: (entry: RequestEntry) => boolean) => (entries: readonly LogDraft[]) =>
  requests(entries).map((entry) => (of(entry) ? 1 : 0))

const instruments: Instrument[] = [
  { name: 'sluice.requests', unit: '{request}', description: 'Requests reported.', values: counted(() => true) },
  {
    name: 'sluice.request.errors',
    unit: '{request}',
    description: 'Requests that failed.',
    values: counted(({ error }) => error !== null),
  },
  {
    name: 'sluice.request.refusals',
    unit: '{request}',
    description: 'Requests that the model refused.',
    values: counted(({ refusal }) => refusal),
  },
  {
    name: 'sluice.request.invalid',
    unit: '{request}',
    description: 'Answers of the wrong form.',
    values: counted(({ invalid }) => invalid),
  },
  {
    name: 'sluice.request.cost',
    unit: 'USD',
    description: 'Cost of the requests whose cost is known.',
    values: (entries) => known(requests(entries).map(({ costUsd }) => costUsd)),
  },
  {
    name: 'sluice.evaluations',
    unit: '{evaluation}',
    description: 'Answers that were judged.',
    values: (entries) => scores('score')(entries).map(() => 1),
  },
  {
    name: 'sluice.evaluation.score',
    unit: '1',
    description: 'Mean of the judged scores since the last point.',
    values: scores('score'),
    gauge: true,
  },
  {
    name: 'sluice.feedback.score',
    unit: '1',
    description: "Mean of the users' feedback since the last point.",
    values: scores('feedback'),
    gauge: true,
  },
  {
    name: 'sluice.request.duration',
    unit: 's',
    description: 'Mean latency of the requests since the last point.',
    values: (entries) => known(requests(entries).map(({ latencyMs }) => latencyMs)).map((ms) => ms / 1000),
    gauge: true,
  },
]

/** Most arms of a day, since a token can invent names of features and versions. */
const mostArms = 1000

/** The attributes under which an entry is counted. */
export type ArmOf = (entry: LogDraft) => ReturnType<typeof armAttributes>

/**
 * The attributes of an entry's arm. If a day has too many arms, all further ones are counted under the feature `other`.
 */
export function boundedArms(clock: Pick<Clock, 'now'>): ArmOf {
  let known = new Set<string>()
  let since = clock.now()
  return (entry) => {
    const attributes = armAttributes(entry)
    const key = JSON.stringify(attributes)
    if (clock.now() - since > dayMs) {
      known = new Set()
      since = clock.now()
    }
    if (!known.has(key) && known.size >= mostArms) return { 'feature_flag.key': 'other' }
    known.add(key)
    return attributes
  }
}

/**
 * Counters and gauges per arm. Counters have delta temporality (since the last export), so that several replicas add up
 * and no state is kept.
 */
export function armMetrics(entries: readonly LogDraft[], span: Span, armOf: ArmOf = armAttributes): Metric[] {
  const arms = Map.groupBy(entries, (entry) => JSON.stringify(armOf(entry)))
  return instruments.map((instrument) => metricOf(instrument, arms, span)).filter((metric) => metric !== undefined)
}

function metricOf(
  { name, unit, description, values, gauge }: Instrument,
  arms: ReadonlyMap<string, LogDraft[]>,
  { from, to }: Span,
): Metric | undefined {
  const dataPoints = [...arms].flatMap(([attributes, entries]) => {
    const numbers = values(entries)
    if (numbers.length === 0) return []
    const sum = numbers.reduce((total, value) => total + value, 0)
    return [
      {
        ...(gauge ? {} : { startTimeUnixNano: nanoseconds(from) }),
        timeUnixNano: nanoseconds(to),
        asDouble: gauge ? sum / numbers.length : sum,
        attributes: attributesOf(JSON.parse(attributes)),
      },
    ]
  })
  if (dataPoints.length === 0) return undefined
  const about = { name, unit, description }
  return gauge
    ? { ...about, gauge: { dataPoints } }
    : { ...about, sum: { aggregationTemporality: deltaTemporality, isMonotonic: true, dataPoints } }
}
