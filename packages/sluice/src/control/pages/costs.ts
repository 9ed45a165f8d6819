import type { Chart } from '../../charts/chart.ts'
import { chartFigure } from '../../charts/numbers-table.ts'
import { linearScale, timeScale } from '../../charts/scale.ts'
import { formatAmount, formatPercent, formatUsd, utcDay } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { featureAddress } from './addresses.ts'
import { cell, notKnown, pager, toned, wideTable } from './elements.ts'
import { almostSpent, bookedBefore } from './judge.ts'
import type { PageContent } from './layout.ts'

/** What a feature costs, as far as this control plane knows. USD; null is what it does not know. */
export interface FeatureCosts {
  feature: string
  judging: {
    /** Booked today, and in the days that are shown. */
    todayUsd: number | null
    lastDaysUsd: number | null
    /** Null: nothing of it is judged. */
    budgetUsd: number | null
  }
  /** What the gate runs cost that were published with the newest versions. */
  gate: { usd: number | null; runs: number; withoutCost: number; unpricedCalls: number }
  /** What the last nights cost, as far as this control plane knows them. */
  nights: { usd: number | null; runs: number; unpricedCalls: number }
  /** What one request costs; `from`: in its last rollout, or in the gate's run of its active version. */
  request: { usd: number; from: 'rollout' | 'gate' } | null
  /** What part of production's costs live judging is. */
  share: JudgingShare
}

/**
 * In [0,1], with what it is computed from; or what it lacks, in words. `canaryAlone`: it costs while a canary runs.
 * `notJudged`: there is nothing to compute.
 */
export type JudgingShare =
  | { share: number; judged: string; judgeUsd: number }
  | { canaryAlone: string }
  | { lacks: readonly string[] }
  | 'notJudged'

export interface CostsPage {
  features: readonly FeatureCosts[]
  /** 1-based. */
  page: number
  pages: number
  /** How many features the reader may see. */
  all: number
  /** Judging of all these, by the start of each day in ms since the epoch; null: nothing was booked. Oldest first. */
  days: readonly { at: number; usd: number | null }[]
  /** How many of the newest versions of a feature are read for the gate. */
  versionsRead: number
}

/** What the gate and live judging cost, and what is not known of it. */
export function costsPage(costs: CostsPage): PageContent {
  const { features, page, pages, all, days } = costs
  const today = days.at(-1)?.usd ?? null
  const main = html`<h1>Costs</h1>
<ul class="facts"><li>Live judging today: ${today === null ? html`nothing was booked` : formatUsd(today)}</li><li>${formatAmount(all, 'feature')}</li></ul>
${days.some(({ usd }) => usd !== null) ? judgingFigure(days) : html`<p class="empty">No live judging was booked in ${formatAmount(days.length, 'day')}.</p>`}
<section><h2>By feature</h2>
${
  features.length === 0
    ? html`<p class="empty">There is no feature that this token may see.</p>`
    : wideTable({
        name: 'Costs by feature',
        head: ['Feature', 'Judging today', lastDays(costs), 'Gate', 'Nights', 'Production', 'Judging of production'],
        rows: features.map((one) => row(one, costs)),
      })
}
${pager({ page, pages, to: (number) => `/costs?page=${number}` })}</section>
<section><h2>What is not known here</h2><ul>
<li>What all of production costs: requests are counted within rollouts alone. <code>/metrics</code> has what applications report. The share of judging is computed for one request. On days on which the budget is used up it is smaller.</li>
<li>Gate runs whose versions were not published, and nights but for the last of the project that this server runs beside: <code>sluice costs</code> in the project knows these.</li>
<li>Calls without a known price. They are counted, and are in no sum.</li></ul></section>`
  return { title: 'Costs', main }
}

function judgingFigure(days: CostsPage['days']): Html {
  const known = days.flatMap(({ at, usd }) => (usd === null ? [] : [`${utcDay(at)}: ${formatUsd(usd)}`]))
  const chart: Chart = {
    title: 'Live judging by day, USD',
    description: `${known.join(', ')}. On the other days nothing was booked.`,
    x: timeScale({ values: days.map(({ at }) => at) }),
    panels: [
      {
        name: 'USD a day',
        y: linearScale({ values: [0, ...days.map(({ usd }) => usd)], least: 0, wanted: 3 }),
        height: 90,
        series: [
          { name: 'live judging', tone: 'one', draw: 'bars', points: days.map(({ at, usd }) => ({ x: at, y: usd })) },
        ],
      },
    ],
  }
  return chartFigure(chart, { x: utcDay, y: (value) => formatUsd(value) })
}

const lastDays = ({ days }: CostsPage) => `Judging, ${formatAmount(days.length, 'day')}`

function row({ feature, judging, gate, nights, request, share }: FeatureCosts, costs: CostsPage): Html {
  return html`<tr><th scope="row" data-column="Feature"><a href="${featureAddress(feature)}">${feature}</a></th>
${cell('Judging today', todayPart(judging))}
${cell(lastDays(costs), judging.lastDaysUsd === null ? html`<span class="muted">nothing was booked</span>` : formatUsd(judging.lastDaysUsd))}
${cell('Gate', gatePart(gate, costs.versionsRead), 'wide')}
${cell('Nights', nightsPart(nights))}
${cell('Production', request === null ? notKnown : html`${formatUsd(request.usd)} a request <small class="line">${request.from === 'rollout' ? 'in its last rollout' : 'in the gate run of its active version'}</small>`)}
${cell('Judging of production', sharePart(share))}</tr>
`
}

/** A rule of thumb, and so no verdict: what lies beyond it is named. */
const usualShare = { least: 0.01, most: 0.05 }

function sharePart(share: JudgingShare): Html {
  if (share === 'notJudged') return html`<span class="muted">not judged</span>`
  if ('canaryAlone' in share)
    return html`<span class="muted">only while a canary runs</span> <small class="line">${share.canaryAlone}</small>`
  if ('lacks' in share) return html`${notKnown} <small class="line">it lacks ${share.lacks.join(' and ')}</small>`
  const where =
    share.share > usualShare.most
      ? 'above 1 to 5 %, the rule of thumb: judge a smaller share, or by a cheaper model'
      : share.share < usualShare.least
        ? 'below 1 to 5 %, the rule of thumb: more could be judged'
        : 'within 1 to 5 %, the rule of thumb'
  return html`${formatPercent(share.share)} <small class="line">${share.judged} at ${formatUsd(share.judgeUsd)}</small><small class="line">${where}</small>`
}

function todayPart({ todayUsd, budgetUsd }: FeatureCosts['judging']): Html {
  if (budgetUsd === null && todayUsd === null) return html`<span class="muted">not judged</span>`
  const spent = todayUsd === null ? 'nothing was booked' : formatUsd(todayUsd)
  if (budgetUsd === null && todayUsd !== null && todayUsd > 0) return bookedBefore(todayUsd)
  const of = budgetUsd === null ? undefined : html`<small class="line">of ${formatUsd(budgetUsd)}</small>`
  const isSpent = todayUsd !== null && budgetUsd !== null && todayUsd >= budgetUsd * almostSpent
  return html`${isSpent ? toned('watch', spent) : spent}${of}`
}

/** A sum with gaps is a lower bound, and says so. */
function gatePart({ usd, runs, withoutCost, unpricedCalls }: FeatureCosts['gate'], versionsRead: number): Html {
  if (runs === 0)
    return html`${notKnown} <small class="line">no report with the newest ${formatAmount(versionsRead, 'version')}</small>`
  const gaps = [
    ...(withoutCost > 0 ? [`${formatAmount(withoutCost, 'run')} without a known cost`] : []),
    ...unpriced(unpricedCalls),
  ]
  return sumPart(usd, `${formatAmount(runs, 'run')} of the newest ${formatAmount(versionsRead, 'version')}`, gaps)
}

function nightsPart({ usd, runs, unpricedCalls }: FeatureCosts['nights']): Html {
  if (runs === 0) return notKnown
  return sumPart(
    usd,
    runs === 1 ? 'the last night' : `the last ${formatAmount(runs, 'night')}`,
    unpriced(unpricedCalls),
  )
}

const unpriced = (calls: number) => (calls > 0 ? [`${formatAmount(calls, 'call')} without a known price`] : [])

function sumPart(usd: number | null, of: string, gaps: readonly string[]): Html {
  const lines = [of, ...gaps].map((line) => html` <small class="line">${line}</small>`)
  return html`${usd === null ? notKnown : `${gaps.length > 0 ? 'at least ' : ''}${formatUsd(usd)}`}${lines}`
}
