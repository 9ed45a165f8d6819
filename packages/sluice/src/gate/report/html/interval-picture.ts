import { type Axis, axisLabels, axisOf } from '../../../charts/axis.ts'
import { scaleBetween } from '../../../charts/scale.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatChange, formatInterval } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'

type Round = FeatureSummary['looks'][number]

/** A look with the values of the mean at which it would have failed or passed. */
interface Regions {
  round: Round
  mean: number
  failBelow: number
  passAbove: number
}

const rowHeight = 44
const barHeight = 22
const top = 20

/** A test as it is drawn: what its mean is the mean of, and the ends that no interval of it can pass. */
export interface DrawnTest {
  what: string
  /** The name of zero. */
  zero: string
  margin: number
  interval: { ciLow: number | null; ciHigh: number | null }
  rounds: readonly Round[]
  least: number
  most: number
}

/**
 * The test of the difference; undefined without one, or where the looks are another test's, as in old nightly reports.
 */
export function differenceTest({ comparison, looks }: FeatureSummary): DrawnTest | undefined {
  const last = looks.at(-1)?.meanDifference ?? null
  if (!comparison || last === null || comparison.meanDifference === null) return undefined
  if (Math.abs(last - comparison.meanDifference) > 1e-6) return undefined
  const { margin, atLeast, meanDifference } = comparison
  const shown = atLeast === undefined ? comparison : { ciLow: atLeast, ciHigh: meanDifference }
  return { what: 'Change of the mean', zero: 'no change', margin, interval: shown, rounds: looks, least: -1, most: 1 }
}

/** The test of the threshold, drawn as the distance of the mean from it. */
export function thresholdTest({
  comparison,
  threshold,
  thresholdLooks,
  score,
  looks,
}: FeatureSummary): DrawnTest | undefined {
  if (!threshold) return undefined
  const own = thresholdLooks ?? (comparison ? [] : looks)
  const from = (value: number | null) => (value === null ? null : value - threshold.value)
  return {
    what: 'Distance of the mean from the threshold',
    zero: 'threshold',
    margin: threshold.slack,
    interval:
      threshold.atLeast === undefined
        ? { ciLow: from(score.ciLow), ciHigh: from(score.ciHigh) }
        : { ciLow: from(threshold.atLeast), ciHigh: from(score.mean) },
    rounds: own,
    least: -threshold.value,
    most: 1 - threshold.value,
  }
}

/**
 * Where the mean came to lie, look by look, over the regions in which the test fails, stays undecided and passes.
 * Undefined with too little data for a standard error.
 */
export function intervalPicture(test: DrawnTest, confidence: number): Html | undefined {
  const { what, zero, margin, rounds, least, most } = test
  const rows = rounds.flatMap((round) => regionsOf(round, test) ?? [])
  const last = rows.at(-1)
  if (!last) return undefined
  const interval = within(test)
  const bounds = rows.flatMap(({ failBelow, passAbove }) => [failBelow, passAbove])
  const values = [...rows.map(({ mean }) => mean), ...bounds.filter((bound) => bound > least && bound < most)]
  const shown = [...values, 0, -margin, interval.ciLow ?? last.mean, interval.ciHigh ?? last.mean]
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  const room = Math.max((high - low) * 0.06, 0.005)
  const axis = axisOf(scaleBetween(low - room, high + room))
  const bottom = top + rows.length * rowHeight
  const percent = Math.round(confidence * 100)
  const label = `${what}: ${formatChange(last.mean)}, ${percent} % interval ${formatInterval(interval, formatChange)}, against a margin of ${margin}: ${last.round.decision}.`
  return html`<svg class="picture" width="100%" height="${bottom + 22}" role="img" aria-label="${label}">
    ${rows.map((row, index) => rowPicture(row, top + index * rowHeight, axis))}
    ${whiskers(interval, top + (rows.length - 1) * rowHeight, axis)}
    ${rows.map((row, index) => diamond(axis.at(row.mean), top + index * rowHeight + 18 + barHeight / 2))}
    <line class="margin" x1="${axis.at(-margin)}" x2="${axis.at(-margin)}" y1="${top - 4}" y2="${bottom}"/>
    <line class="zero" x1="${axis.at(0)}" x2="${axis.at(0)}" y1="${top - 4}" y2="${bottom}"/>
    <text class="label" x="${axis.at(-margin)}" dx="-4" y="12" text-anchor="end">margin</text>
    <text class="label" x="${axis.at(0)}" dx="4" y="12">${zero}</text>
    ${axisLabels(axis, bottom + 16)}
  </svg>`
}

/** The interval, ended where no mean can be. */
function within({ interval, least, most }: DrawnTest): DrawnTest['interval'] {
  const end = (value: number | null) => (value === null ? null : Math.min(most, Math.max(least, value)))
  return { ciLow: end(interval.ciLow), ciHigh: end(interval.ciHigh) }
}

/**
 * The test's statistic is on the scale of the normal distribution; its bounds are put back to that of the mean. Where
 * the answers are too few for a pass, whatever their mean, the statistic does not follow the mean: then no mean passes.
 */
function regionsOf(round: Round, { margin }: DrawnTest): Regions | undefined {
  const { meanDifference: mean, se, z, passBound, failBound, decision } = round
  if (mean === null || se === null || z === null) return undefined
  if (failBound === null || passBound === null) return undefined
  const scale = z === 0 ? se : (mean + margin) / z
  const failBelow = -margin - Math.abs(failBound) * (scale < 0 ? se : scale)
  const passAbove = scale < 0 ? Number.POSITIVE_INFINITY : -margin + Math.abs(passBound) * scale
  if (Number.isNaN(failBelow) || Number.isNaN(passAbove)) return undefined
  // The scale changes a little along the axis: near a bound the decision is what counts.
  if (decision === 'fail') return { round, mean, failBelow: Math.max(mean, failBelow), passAbove }
  if (decision === 'pass') return { round, mean, failBelow, passAbove: Math.min(mean, passAbove) }
  return { round, mean, failBelow: Math.min(mean, failBelow), passAbove: Math.max(mean, passAbove) }
}

function rowPicture({ round, mean, ...bounds }: Regions, y: number, axis: Axis): Html {
  const failBelow = Math.max(axis.low, bounds.failBelow)
  const passAbove = Math.min(axis.high, bounds.passAbove)
  const bar = y + 18
  const [left, right] = [axis.at(failBelow), axis.at(passAbove)]
  return html`<text class="label" x="0" y="${y + 13}">${formatAmount(round.repeats, 'repeat')}: ${formatChange(mean)}, ${round.decision}</text>
    <rect class="region fail" x="0" y="${bar}" width="${left}" height="${barHeight}"/>
    <rect class="region inconclusive" x="${left}" y="${bar}" width="${axis.span(failBelow, passAbove)}" height="${barHeight}"/>
    <rect class="region pass" x="${right}" y="${bar}" width="${axis.span(passAbove, axis.high)}" height="${barHeight}"/>`
}

function whiskers({ ciLow, ciHigh }: { ciLow: number | null; ciHigh: number | null }, y: number, axis: Axis): Html {
  if (ciLow === null || ciHigh === null) return html``
  const middle = y + 18 + barHeight / 2
  const end = (value: number) =>
    html`<line x1="${axis.at(value)}" x2="${axis.at(value)}" y1="${middle - 5}" y2="${middle + 5}"/>`
  return html`<g class="whisker"><line x1="${axis.at(ciLow)}" x2="${axis.at(ciHigh)}" y1="${middle}" y2="${middle}"/>${end(ciLow)}${end(ciHigh)}</g>`
}

function diamond(x: string, y: number): Html {
  return html`<svg class="mark" x="${x}" y="${y}" overflow="visible"><path d="M0-6 6 0 0 6-6 0z"/></svg>`
}
