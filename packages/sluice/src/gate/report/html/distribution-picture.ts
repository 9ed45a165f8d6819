import { axisLabels, axisOf } from '../../../charts/axis.ts'
import { scaleBetween } from '../../../charts/scale.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'

const bins = 20
const half = 62
const top = 18

/** How many cases have which score: the candidate upwards, the baseline downwards. Undefined without a score. */
export function distributionPicture(
  { score, comparison }: FeatureSummary,
  candidate: readonly number[],
  baseline: readonly number[],
): Html | undefined {
  if (candidate.length === 0) return undefined
  const axis = axisOf(scaleBetween(0, 1, 5))
  const ours = sharesOf(candidate)
  const theirs = sharesOf(baseline)
  const most = Math.max(...ours, ...theirs)
  const middle = top + half
  const bottom = baseline.length > 0 ? middle + half : middle
  const bar = (share: number, index: number, version: 'candidate' | 'baseline') => {
    if (share === 0) return html``
    const height = Math.max(1.5, (share / most) * half)
    const y = version === 'candidate' ? middle - height : middle
    return html`<rect class="${version}" x="${axis.at((index + 0.06) / bins)}" y="${y.toFixed(1)}" width="${axis.span(0, 0.88 / bins)}" height="${height.toFixed(1)}"/>`
  }
  const meanMark = (mean: number | null, y1: number, y2: number, version: string) =>
    mean === null
      ? undefined
      : html`<line class="mean ${version}" x1="${axis.at(mean)}" x2="${axis.at(mean)}" y1="${y1}" y2="${y2}"/>`
  const floor =
    score.threshold === null
      ? undefined
      : html`<line class="margin" x1="${axis.at(score.threshold)}" x2="${axis.at(score.threshold)}" y1="${top}" y2="${bottom}"/>
        <text class="label" x="${axis.at(score.threshold)}" dx="-4" y="12" text-anchor="end">threshold for the mean</text>`
  const label = `Scores of ${candidate.length} cases: mean ${formatScore(score.mean)}, a tenth below ${formatScore(score.p10)}, half below ${formatScore(score.p50)}.`
  return html`<svg class="picture" width="100%" height="${bottom + 22}" role="img" aria-label="${label}">
    ${ours.map((share, index) => bar(share, index, 'candidate'))}
    ${theirs.map((share, index) => bar(share, index, 'baseline'))}
    <line class="zero" x1="0" x2="100%" y1="${middle}" y2="${middle}"/>
    ${floor}
    ${meanMark(score.mean, top, middle, 'candidate')}
    ${baseline.length > 0 ? meanMark(comparison?.baselineMean ?? null, middle, bottom, 'baseline') : undefined}
    ${axisLabels(axis, bottom + 16)}
  </svg>`
}

/** Share of the scores in each of the bins over [0,1]; empty without scores. */
function sharesOf(scores: readonly number[]): number[] {
  if (scores.length === 0) return []
  const counts = new Array<number>(bins).fill(0)
  for (const score of scores) {
    const bin = Math.min(bins - 1, Math.floor(score * bins + 1e-9))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts.map((count) => count / scores.length)
}
