import { createHash } from 'node:crypto'
import type { PageAssets } from '../../../bundled-page.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { ReportSummary } from '../../../records/report/report.ts'
import { formatAmount, formatChange, formatDuration, formatScore } from '../../../text/format.ts'
import { type Html, html, trusted } from '../../../text/markup.ts'
import { judgedCommits } from '../judged-commits.ts'
import { findingTexts } from '../run-finding.ts'
import { proofLine } from '../run-proof.ts'
import { furtherNotes, runWord, standsAlone, tally } from '../run-verdict.ts'
import { headline, verdictWord } from '../sentences.ts'
import { compareUrgency } from '../verdict-order.ts'

/** Nothing may be loaded, and only this script and this style may act: a text that slipped through could do nothing. */
function contentSecurityPolicy({ script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** Everything above the features. */
export function pageHead(report: ReportSummary, assets: PageAssets): Html {
  const alone = standsAlone(report)
  const [first] = report.features
  const title =
    alone && first
      ? `${verdictWord(first)} · ${first.feature}`
      : `${runWord(report)} · ${formatAmount(report.features.length, 'feature')}`
  return html`${documentHead({ title, color: toneOf(report), about: about(report) }, assets)}
${alone ? undefined : overview(report)}`
}

/** The beginning of a page of its own, up to the inside of its main part. */
export function documentHead(
  { title, color, about }: { title: string; color: string; about: Html },
  assets: PageAssets,
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:image/svg+xml,${favicon(color)}">
<title>${title} · Sluice</title>
<style>${trusted(assets.style)}</style>
</head>
<body>
<header class="top">${about}<button type="button" class="theme" hidden>Theme</button></header>
<main>`
}

/** The colour of a page without a verdict. */
export const plainTone = '2f6fb0'

function toneOf({ verdict }: ReportSummary): string {
  const colors = { pass: '1f7a4d', fail: 'b3261e', inconclusive: '8a6100' }
  return verdict === null ? plainTone : colors[verdict]
}

function favicon(color: string): string {
  return encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#${color}"/></svg>`,
  )
}

function about(report: ReportSummary): Html {
  const { command, startedAt, durationMs, sluiceVersion } = report
  const commits = judgedCommits(report)
  return html`<p><b>Sluice</b> <span>${command}</span>${
    commits === undefined ? undefined : html` <span>${commits}</span>`
  } <time datetime="${startedAt}">${startedAt.slice(0, 16).replace('T', ' ')} UTC</time> <span>${formatDuration(durationMs)}</span> <span>version ${sluiceVersion}</span></p>`
}

function overview(report: ReportSummary): Html {
  const { features, verdict } = report
  const rows = features
    .map((feature, index) => ({ feature, index }))
    .sort((a, b) => compareUrgency(a.feature, b.feature))
    .map(({ feature, index }) => overviewRow(feature, index))
  return html`<section class="overview feature ${verdict ?? 'scored'}">
    <h1 class="verdict-title"><span class="word">${runWord(report)}</span></h1>${tally(report) === '' ? undefined : html`<p class="headline">${tally(report)}</p>`}
    ${runLead(report)}
    ${rows.length === 0 ? undefined : html`<div class="scroll" tabindex="0" role="region" aria-label="Features"><table><thead><tr><th scope="col">Feature</th><th scope="col">Verdict</th><th scope="col" class="number">Mean</th><th scope="col" class="number">Change</th><th scope="col">Reason</th></tr></thead><tbody>${rows}</tbody></table></div>`}</section>`
}

/** What is said of the run as a whole, between the verdict and the features. */
export function runLead({ findings, run }: ReportSummary): Html {
  const texts = findingTexts(findings)
  return html`${texts.length === 0 ? undefined : html`<ul class="reasons run-findings">${texts.map((text) => html`<li>${text}</li>`)}</ul>`}
    ${run === null ? undefined : html`<p class="proof">${proofLine(run)}</p>`}`
}

function overviewRow(feature: FeatureSummary, index: number): Html {
  return html`<tr><th scope="row"><a href="#feature-${index}">${feature.feature}</a></th>
    <td class="verdict ${feature.verdict ?? 'untested'}">${verdictWord(feature).toLowerCase()}</td>
    <td class="number">${formatScore(feature.score.mean)}</td>
    <td class="number">${feature.comparison ? formatChange(feature.comparison.meanDifference) : ''}</td>
    <td>${headline(feature)}</td></tr>`
}

/** Everything below the features but the data. */
export function pageFoot(report: ReportSummary): Html {
  const { reproduce, runId } = report
  return html`</main>
<footer>${furtherNotes(report).map((note) => html`<p>${note}</p>`)}
${reproduce === null ? undefined : html`<p>To repeat it: <code>${reproduce}</code></p>`}
<p class="muted">Run <code>${runId}</code></p></footer>`
}
