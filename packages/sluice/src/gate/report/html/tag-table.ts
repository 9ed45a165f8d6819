import { type Axis, axisLabels, axisOf } from '../../../charts/axis.ts'
import { scaleBetween } from '../../../charts/scale.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatChange, formatCount, formatInterval, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { tagWord } from '../sentences.ts'
import { tagLines } from '../tag-lines.ts'

type Tag = FeatureSummary['tags'][number]

const tagsShown = 200
const middle = 13

/** The tags as a forest plot, the lowest first: one row each, the numbers beside its interval. */
export function tagTableHtml(feature: FeatureSummary): Html | undefined {
  const { comparison, score } = feature
  const { lines: tags, sentences } = tagLines(feature)
  const note = sentences.length === 0 ? undefined : html`<p class="muted scorer-note">${sentences.join(' ')}</p>`
  if (tags.length === 0) return note
  const value = (tag: Tag) => (comparison ? tag.meanDifference : tag.mean)
  const sorted = tags.toSorted((a, b) => (value(a) ?? 9) - (value(b) ?? 9)).slice(0, tagsShown)
  const least = comparison ? -1 : 0
  const ends = ({ ciLow, ciHigh }: Tag): Ends =>
    ciLow === null || ciHigh === null ? undefined : [Math.max(least, ciLow), Math.min(1, ciHigh)]
  const shown = sorted.flatMap((tag) => [value(tag), ...(ends(tag) ?? [])]).filter((number) => number !== null)
  const reference = comparison ? 0 : (score.threshold ?? score.mean ?? 1)
  const [low, high] = [Math.min(reference, ...shown), Math.max(reference, ...shown)]
  const room = Math.max((high - low) * 0.04, 0.01)
  const axis = axisOf(scaleBetween(low - room, high + room, 4))
  const format = comparison ? formatChange : formatScore
  const rows = sorted.map(
    (tag) => html`<tr>
      <th scope="row">${tag.tag}</th>
      <td class="number wide">${formatCount(tag.cases)}</td>
      <td class="number wide">${formatScore(tag.mean)}</td>
      <td class="forest">${interval(tag.verdict, value(tag), ends(tag), { reference, axis })}</td>
      <td class="number"><span title="${formatInterval(tag, format)}">${format(value(tag))}</span></td>
      ${comparison ? html`<td class="verdict ${tag.verdict ?? 'untested'}">${tagWord(tag)}</td>` : undefined}
    </tr>`,
  )
  const left = tags.length - sorted.length
  return html`<table class="tags">
    <thead><tr><th scope="col">Tag</th><th scope="col" class="number wide">Cases</th><th scope="col" class="number wide">Mean</th>
      <th scope="col" class="forest"><span class="unseen">Interval</span>${ticks(axis)}</th>
      <th scope="col" class="number">${comparison ? 'Change' : 'Mean'}</th>${comparison ? html`<th scope="col">Verdict</th>` : undefined}</tr></thead>
    <tbody>${rows}</tbody>
  </table>${left > 0 ? html`<p class="muted">And ${formatCount(left)} further tags: see report.json.</p>` : undefined}${note}`
}

/** An interval, ended where no score and no change of one can be. */
type Ends = readonly [low: number, high: number] | undefined

function interval(
  verdict: Tag['verdict'],
  value: number | null,
  ends: Ends,
  { reference, axis }: { reference: number; axis: Axis },
): Html {
  const kind = verdict ?? 'untested'
  const line =
    ends &&
    html`<line class="${kind}" x1="${axis.at(ends[0])}" x2="${axis.at(ends[1])}" y1="${middle}" y2="${middle}"/>`
  const dot = value === null ? undefined : html`<circle class="${kind}" cx="${axis.at(value)}" cy="${middle}" r="4"/>`
  return html`<svg class="picture" width="100%" height="26" aria-hidden="true">
    <line class="zero" x1="${axis.at(reference)}" x2="${axis.at(reference)}" y1="0" y2="26"/>${line}${dot}</svg>`
}

function ticks(axis: Axis): Html {
  return html`<svg class="picture" width="100%" height="14" aria-hidden="true">${axisLabels(axis, 11, 180)}</svg>`
}
