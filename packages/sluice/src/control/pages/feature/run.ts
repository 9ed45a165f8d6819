import { plainFeature } from '../../../core/suite/config/environments.ts'
import { calibrationSummary } from '../../../records/report/calibration-summary.ts'
import {
  formatAmount,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { gateVerdictText } from '../../words/gate-text.ts'
import { auditAddress, featureAddress } from '../addresses.ts'
import { moment, type NamedVersion, notKnown, toned, versionName } from '../elements.ts'
import type { PageContent } from '../layout.ts'
import { verdictTones } from '../overview-row.ts'
import { fallenCasesPart } from './fallen-cases.ts'
import { type GateRecord, unscoredShare } from './gate-record.ts'

export interface RunPage {
  feature: string
  version: NamedVersion
  model: string
  /** ms since the epoch */
  publishedAt: number
  publishedBy: string
  /** Where it comes from, e.g. a commit; null: not said. */
  source: string | null
  /** Null: it was published without a report. */
  gate: GateRecord | null
}

const mostSentences = 50

/** What the gate found of a version, as it was published with it. */
export function runPage(page: RunPage): PageContent {
  const { feature, version, gate, publishedAt, publishedBy, source } = page
  const main = html`<h1>Gate run of <a href="${featureAddress(feature)}">${feature}</a> ${versionName(version)}</h1>
${gate === null ? noReport(feature) : evidence(feature, gate)}
<section><h2>Where it comes from</h2>
<p>Published ${moment(publishedAt)} by ${publishedBy}, from ${source ?? html`a place that is ${notKnown}`}. It asks <code>${page.model}</code>.</p>
<p class="muted">The control plane stores what the report says as a whole, and of its cases the names and scores of those that fell most. ${
    gate === null
      ? undefined
      : html`All others, and what was asked and answered, are where the run was made, in <code>.sluice/runs</code> under <code>${gate.runId}</code>, or in the artifacts of its job.`
  } Whoever has a token of the scope <code>ci</code> can publish any report: <a href="${auditAddress(feature)}">the audit log</a> names who did.</p></section>`
  return { title: `Gate run of ${feature} ${version.label ?? version.id}`, main }
}

function noReport(feature: string): Html {
  return html`<ul class="facts"><li>${toned('unknown', 'Published without a gate report')}</li></ul>
<p>Nothing is known here of how good it is. A rollout of it starts only with a reason. To have one, in the project:</p>
<pre tabindex="0">sluice gate --all
sluice publish ${plainFeature(feature)}</pre>`
}

function evidence(feature: string, gate: GateRecord): Html {
  const { verdict, at, runId, sluiceVersion, reasons, notes, advice } = gate
  return html`<ul class="facts"><li>${toned(verdictTones[verdict], gateVerdictText(gate))}</li><li>${at === null ? html`time of the run ${notKnown}` : moment(at)}</li></ul>
${unscored(gate)}
<section><h2>Why</h2>${
    reasons === null
      ? html`<p>${notKnown}: the report does not say it in a form that can be read here.</p>`
      : sentences(
          reasons.map(({ message }) => message),
          'The report gives no reason.',
        )
  }
${advice === null ? undefined : html`<p class="note">${advice}</p>`}</section>
<section><h2>Figures</h2><dl class="figures">${figures(gate).map(([name, shown]) => html`<div><dt>${name}</dt><dd>${shown ?? notKnown}</dd></div>`)}</dl>
${gate.confidence === null ? undefined : html`<p class="muted"><small>Intervals hold with ${formatPercent(gate.confidence)} confidence.</small></p>`}</section>
<section><h2>The cases that fell most</h2>${fallenCasesPart(gate)}</section>
<section><h2>Judge</h2>${judgePart(feature, gate)}</section>
<section><h2>To trust the numbers</h2>${notes === null ? html`<p>${notKnown}</p>` : sentences(notes, 'The report has no notes.')}</section>
<p class="muted"><small>Run <code>${runId}</code> of Sluice ${sluiceVersion}.</small></p>`
}

function unscored(gate: GateRecord): Html | undefined {
  const share = unscoredShare(gate)
  if (share === null) return html`<p>${toned('unknown', 'How many cases have a score is not known')}</p>`
  return share === 0 ? undefined : html`<p>${toned('watch', `${formatPercent(share)} of the cases have no score`)}</p>`
}

function sentences(all: readonly string[], none: string): Html {
  if (all.length === 0) return html`<p>${none}</p>`
  const shown = all.slice(0, mostSentences)
  const more = all.length - shown.length
  return html`<ul>${shown.map((one) => html`<li>${one}</li>`)}${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : undefined}</ul>`
}

type Shown = Html | string | undefined

function figures({ score, comparison, threshold, coverage, cost, latency, baseline }: GateRecord): [string, Shown][] {
  const signed = (change: number) => `${change > 0 ? '+' : ''}${formatScore(change)}`
  const change = comparison?.meanDifference
  return [
    ['Score', score?.mean == null ? undefined : `${formatScore(score.mean)} ${formatInterval(score)}`],
    [
      'Baseline',
      baseline === null
        ? html`<span class="muted">none</span>`
        : versionName({ id: baseline.id, label: baseline.label }),
    ],
    [
      'Change to it',
      comparison && change != null
        ? `${signed(change)} [${bound(comparison.ciLow)}, ${bound(comparison.ciHigh)}] over ${formatAmount(comparison.pairs, 'case')}`
        : baseline === null
          ? html`<span class="muted">there is no baseline</span>`
          : undefined,
    ],
    ['Largest drop that passes', comparison ? formatScore(comparison.margin) : undefined],
    [
      'Smallest detectable drop',
      comparison?.detectableDrop == null
        ? undefined
        : `${formatScore(comparison.detectableDrop)}, found with 80 % probability`,
    ],
    [
      'Threshold',
      threshold
        ? formatScore(threshold.value)
        : html`<span class="muted">no threshold was set, or it is not known</span>`,
    ],
    [
      'Cases',
      coverage
        ? `${formatCount(coverage.cases)}, ${formatCount(coverage.scored + coverage.checkFailed)} with a score`
        : undefined,
    ],
    ['Became worse', comparison ? formatAmount(comparison.regressed.length, 'case') : undefined],
    [
      'Latency',
      latency?.meanMs == null
        ? undefined
        : `${formatDuration(latency.meanMs)} in the mean, 95 % faster than ${formatDuration(latency.p95Ms)}`,
    ],
    ['Cost of the run', costText(cost)],
    ['Cost of one answer, judged', cost?.usdPerAnswer == null ? undefined : formatUsd(cost.usdPerAnswer)],
  ]
}

const bound = (value: number | null) => (value === null ? 'n/a' : `${value > 0 ? '+' : ''}${formatScore(value)}`)

/** A cost without the calls that have no price is a lower bound, and says so. */
function costText(cost: GateRecord['cost']): string | undefined {
  if (cost?.usd == null) return undefined
  const missing =
    cost.unpricedCalls > 0 ? `, and ${formatAmount(cost.unpricedCalls, 'call')} without a known price` : ''
  return `${formatUsd(cost.usd)}${missing}`
}

/** Of how many, since a share of few verdicts says little. A report of an earlier release does not say it. */
function flipSentence({ flipRate, askedAgain }: NonNullable<GateRecord['judge']>): string {
  if (flipRate === null) return 'How often it contradicts itself was not measured.'
  if (askedAgain === undefined) return `It contradicted itself on ${formatPercent(flipRate)} of what it judged twice.`
  return `It contradicted itself on ${formatCount(Math.round(flipRate * askedAgain))} of ${formatAmount(askedAgain, 'verdict')} that it was asked for again.`
}

function judgePart(feature: string, { judge }: GateRecord): Html {
  if (judge === null)
    return html`<p>The report names no judge: either checks alone decided, or it is not known which judge did.</p>`
  const { model, id, calls, calibration } = judge
  const isCalibrated = calibration?.state === 'current' && calibration.verdict === 'may gate'
  return html`<p><b>${model}</b> <code class="id">${id}</code>: ${toned(isCalibrated ? 'good' : calibration?.verdict === 'may not gate' ? 'bad' : 'unknown', calibrationSummary(calibration))}</p>
${calibration === null ? undefined : html`<p>${calibration.reason}</p>`}
<p class="muted">Asked ${formatAmount(calls, 'time')}. ${flipSentence(judge)} ${isCalibrated ? undefined : html`To hold it against people: <code>sluice judge label ${plainFeature(feature)}</code>`}</p>`
}
