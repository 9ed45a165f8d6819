import {
  formatAmount,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { dayMs } from '../../time-units.ts'
import { createComparison } from './comparability.ts'
import type { MeasuredPoint, PointKind } from './measured-point.ts'
import type { StoredFeature, Trends } from './read-trends.ts'

const rowsShown = 20

export const kindNames: Record<PointKind, string> = {
  night: 'nights',
  gate: 'gate runs',
  eval: 'eval runs',
  compare: 'compare runs',
}

/** The points of one kind, each with why it must not be compared with the one before. */
export interface PointRow {
  point: MeasuredPoint
  breaks: readonly string[]
  /** So many nights before it have no point that a line over them would look like a measurement. */
  isAfterGap: boolean
}

/** Nights are daily, but for a weekend or a lost cache. */
const longestStepMs = 4 * dayMs

/** The points of a feature by what measured them. Only points of one kind are compared with each other. */
export function rowsByKind({ points }: StoredFeature): [PointKind, PointRow[]][] {
  return [...Map.groupBy(points, ({ kind }) => kind)].map(([kind, own]) => {
    const reasonsNotToCompare = createComparison()
    const rows = own.map((point, index) => {
      const before = own[index - 1]
      const isAfterGap = kind === 'night' && before !== undefined && point.at - before.at > longestStepMs
      return { point, breaks: reasonsNotToCompare(point), isAfterGap }
    })
    return [kind, rows]
  })
}

/** `12 nights and 5 gate runs, 2026-11-01 to 2026-11-26`. */
export function countLine(feature: StoredFeature): string {
  const counts = rowsByKind(feature).map(([kind, { length }]) => formatAmount(length, kindNames[kind].slice(0, -1)))
  const [first, last] = [feature.points[0], feature.points.at(-1)].map((point) => point?.name.slice(0, 10))
  return `${counts.join(' and ')}, ${first === last ? first : `${first} to ${last}`}`
}

/** What a reader has to know of the lines that are drawn and of those that are not. */
export function trendNotes(feature: StoredFeature): string[] {
  const kinds = rowsByKind(feature)
  const broken = kinds.flatMap(([kind, rows]) => {
    const found = rows.filter(({ breaks }) => breaks.length > 0)
    const breakTexts = found.map(({ point, breaks }) => `${point.name} (${breaks.join('; ')})`)
    return found.length === 0
      ? []
      : [
          `Scores of ${kindNames[kind]} must not be compared across these, and no line joins them: ${breakTexts.join(', ')}.`,
        ]
  })
  const nights = kinds.find(([kind]) => kind === 'night')?.[1] ?? []
  const gaps = nights.flatMap(({ point, isAfterGap }, index) =>
    isAfterGap ? [`${nights[index - 1]?.point.name} to ${point.name}`] : [],
  )
  const unscored = feature.points.filter(({ score }) => score.mean === null)
  return [
    ...broken,
    ...few(kinds),
    ...(kinds.length > 1
      ? [`${otherKinds(kinds)} may ask other cases of other versions: compare each with its own line.`]
      : []),
    ...(gaps.length > 0 ? [`No night is known between these, and no line joins them: ${gaps.join(', ')}.`] : []),
    ...(unscored.length > 0 ? [`Without a score, and so a gap: ${unscored.map(({ name }) => name).join(', ')}.`] : []),
    ...feature.points.flatMap(({ name, alarms }) => alarms.map(({ message }) => `${name}: ${message}`)),
  ]
}

function few(kinds: readonly [PointKind, readonly PointRow[]][]): string[] {
  const most = Math.max(...kinds.map(([, rows]) => rows.length))
  if (most === 1) return ['One point is no trend yet: the next night or run adds to it.']
  return most < 5 ? ['These are few points: two whose intervals overlap may differ by noise alone.'] : []
}

const otherKinds = (kinds: readonly [PointKind, unknown][]) => {
  const names = kinds.map(([kind]) => kindNames[kind])
  const text = names.join(' and ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What one point says, in a sentence. */
export function pointSentence({ kind, name, score, verdict, version, judge, usd, alarms }: MeasuredPoint): string {
  const verdictText = verdict === null ? '' : `, ${verdict}`
  const judged = judge === null ? '' : `, judged by ${judge.model}`
  const paid = usd === null ? '' : `, ${formatUsd(usd)}`
  const drift = alarms.length === 0 ? '' : `. ${alarms.map(({ message }) => message).join(' ')}`
  return `${kind} ${name}: ${formatScore(score.mean)} ${formatInterval(score)}${verdictText}, version ${version}${judged}${paid}${drift}`
}

/** The trends for a terminal of `width` columns. */
export function trendsText({ features, unreadable }: Trends, width = 80): string {
  const parts = features.map((feature) => [
    `${visibleLine(feature.feature)}: ${countLine(feature)}`,
    ...rowsByKind(feature).flatMap(([kind, rows]) => [
      '',
      `  ${kindNames[kind]}${rows.length > rowsShown ? `, the last ${rowsShown} of ${formatCount(rows.length)}` : ''}`,
      ...tableOf(rows.slice(-rowsShown), width - 2).map((line) => `  ${line}`),
    ]),
    '',
    ...trendNotes(feature).flatMap((note) => indented(note, width)),
    '',
  ])
  return [...parts.flat(), ...unreadable.flatMap((note) => wrap(visibleLine(note), width))].join('\n')
}

/** A note of which the first line stands further left than the others. */
function indented(note: string, width: number): string[] {
  const [first = '', ...others] = wrap(visibleLine(note), width - 4)
  return [`  ${first}`, ...others.map((line) => `    ${line}`)]
}

/** What of a point is known to few kinds of them, and stands in no table where it is known of none. */
const details: { head: string; of: (point: MeasuredPoint) => string | null }[] = [
  {
    head: 'cost',
    of: ({ usd, unpricedCalls }) => (usd === null ? null : `${formatUsd(usd)}${unpricedCalls > 0 ? '+' : ''}`),
  },
  { head: 'median', of: ({ p50Ms }) => (p50Ms === null ? null : formatDuration(p50Ms)) },
  { head: 'flips', of: ({ flipRate }) => (flipRate === null ? null : formatPercent(flipRate)) },
]

function tableOf(rows: readonly PointRow[], width: number): string[] {
  const known = details.filter(({ of }) => rows.some(({ point }) => of(point) !== null))
  const right = (text: string): Cell => ({ text, align: 'right' })
  const left = (text: string): Cell => ({ text })
  const heads = [right('when'), left('version'), ...['score', 'interval'].map(right), left('verdict')]
  const cells = rows.map(({ point, breaks }) => {
    const { name, version, score, verdict } = point
    return [
      // A sign where a point cannot be compared with the one before.
      right(breaks.length > 0 ? `≠ ${name}` : name),
      left(version.slice(0, 7)),
      right(formatScore(score.mean)),
      right(formatInterval(score)),
      left(verdict ?? ''),
      ...known.map(({ of }) => right(of(point) ?? 'n/a')),
    ]
  })
  return columns([[...heads, ...known.map(({ head }) => right(head))], ...cells], width)
}
