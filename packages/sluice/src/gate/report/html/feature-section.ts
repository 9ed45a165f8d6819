import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatChange, formatPercent, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import {
  causeLines,
  caveats,
  changeRange,
  coverageLine,
  detectableDropText,
  distributionLine,
  headline,
  judgeLine,
  latencyLine,
  mayHide,
  meanRange,
  repeatsLine,
  verdictWord,
} from '../sentences.ts'
import { nextStepTexts } from '../steps-to-verdict.ts'
import type { FeatureNumbers } from './feature-numbers.ts'
import { pictures } from './feature-pictures.ts'
import { liftTableHtml, metricTableHtml } from './metric-table.ts'
import { promptChangeHtml } from './prompt-diff-html.ts'
import { scorerTableHtml } from './scorer-table.ts'
import { tagTableHtml } from './tag-table.ts'

export interface SectionOptions {
  index: number
  /** One of several features is folded unless it needs a reader. */
  oneOfSeveral: boolean
  /** Said of the run as a whole, below the verdict. */
  lead?: Html | undefined
}

/** One feature: the verdict and why, its numbers and pictures, and the place where the page builds its cases. */
export function featureSection(
  feature: FeatureSummary,
  numbers: FeatureNumbers,
  { index, oneOfSeveral, lead }: SectionOptions,
): Html {
  const { reasons, advice } = feature
  const remarks = [...reasons.slice(1).map(({ message }) => message), ...causeLines(feature), ...caveats(feature)]
  const sentences = [detectableDropText(feature), advice ?? undefined].filter((text) => text !== undefined)
  const steps = nextStepTexts(feature)
  const body = html`
    <p class="headline">${headline(feature)}${decidingLink(feature, index, numbers)}</p>
    ${lead}
    ${remarks.length === 0 ? undefined : html`<ul class="reasons">${remarks.map((text) => html`<li>${text}</li>`)}</ul>`}
    ${figures(feature)}
    ${versions(feature)}
    <div class="pictures">${pictures(feature, numbers)}</div>
    ${sentences.length === 0 ? undefined : html`<p class="detectable-drop">${sentences.join(' ')}</p>`}
    ${steps.length === 0 ? undefined : html`<ul class="reasons">${steps.map((text) => html`<li>${text}</li>`)}</ul>`}
    ${block('What the candidate asks differently', promptChangeHtml(feature), oneOfSeveral)}
    ${block('Lift and harm', liftTableHtml(feature), oneOfSeveral)}
    ${block('Metrics', metricTableHtml(feature), oneOfSeveral)}
    ${block('Checks and questions', scorerTableHtml(feature), oneOfSeveral)}
    ${block('Tags', tagTableHtml(feature), oneOfSeveral)}
    ${block('Rounds of the test', roundsTable(feature), oneOfSeveral)}
    ${block('Run', facts(feature), oneOfSeveral)}
    <section class="cases" data-feature="${index}"${numbers.decidingRow === undefined ? undefined : html` data-deciding="${numbers.decidingRow}"`} aria-label="Cases of ${feature.feature}">${heading('Cases', oneOfSeveral)}
      <noscript><p>The table of cases needs JavaScript. report.json holds every case.</p></noscript></section>`
  const verdict = feature.verdict ?? 'scored'
  if (!oneOfSeveral) {
    return html`<section class="feature ${verdict}" id="feature-${index}">
      <h1 class="verdict-title"><span class="word">${verdictWord(feature)}</span> <span class="name">${feature.feature}</span></h1>${body}</section>`
  }
  const open = verdict === 'pass' ? '' : ' open'
  return html`<details class="feature ${verdict}" id="feature-${index}"${open === '' ? undefined : html` open`}>
    <summary><h2 class="verdict-title"><span class="word">${verdictWord(feature)}</span> <span class="name">${feature.feature}</span></h2></summary>${body}</details>`
}

/** The way from the reason to the case that shows it. */
function decidingLink(
  { decidingCase }: FeatureSummary,
  index: number,
  { decidingRow }: FeatureNumbers,
): Html | undefined {
  if (!decidingCase || decidingRow === undefined) return undefined
  return html` <a class="deciding" href="#case-${index}-${decidingRow}">The case behind it: ${decidingCase}</a>`
}

function block(title: string, content: Html | undefined, oneOfSeveral: boolean): Html | undefined {
  return content && html`<section class="block">${heading(title, oneOfSeveral)}${content}</section>`
}

/** One level below the feature's own heading. */
function heading(title: string, oneOfSeveral: boolean): Html {
  return oneOfSeveral ? html`<h3 class="title">${title}</h3>` : html`<h2 class="title">${title}</h2>`
}

/** The numbers that a reader looks for first. */
function figures(feature: FeatureSummary): Html {
  const { score, comparison, threshold, coverage } = feature
  const all: (readonly [name: string, value: string, note: string])[] = [
    ['Mean', formatScore(score.mean), meanRange(feature)],
  ]
  if (comparison) {
    const { meanDifference, baselineMean, pairs, repeats, margin, detectableDrop } = comparison
    all.push(
      ['Change', formatChange(meanDifference), changeNote(feature)],
      ['Baseline', formatScore(baselineMean), `${formatAmount(pairs, 'pair')}, ${formatAmount(repeats, 'repeat')}`],
      ['Margin', formatScore(margin), comparison.verdict],
      [
        'Detectable drop',
        formatScore(detectableDrop),
        `${mayHide(feature) ? 'in all answers: ' : ''}caught with 80 % probability`,
      ],
    )
  }
  if (threshold) all.push(['Threshold', formatScore(threshold.value), threshold.verdict])
  const have = coverage.scored + coverage.checkFailed
  all.push([
    'Coverage',
    coverage.cases === 0 ? 'n/a' : formatPercent(have / coverage.cases),
    `${have} of ${formatAmount(coverage.cases, 'case')}`,
  ])
  return html`<dl class="figures">${all.map(
    ([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`,
  )}</dl>`
}

/** A bound says itself that it is one; an interval needs its confidence. */
function changeNote(feature: FeatureSummary): string {
  const range = changeRange(feature)
  return feature.comparison?.atLeast === undefined ? `${formatPercent(feature.confidence)} ${range}` : range
}

function versions({ candidate, baseline }: FeatureSummary): Html {
  const version = (role: string, { id, label, model }: FeatureSummary['candidate']) =>
    html`<span class="version ${role}"><b>${role}</b> ${label === null ? '' : `${label} `}<code>${id}</code>${model === null ? '' : ` ${model}`}</span>`
  return html`<p class="versions">${version('candidate', candidate)}${baseline ? version('baseline', baseline) : undefined}</p>`
}

function roundsTable({ looks, feature }: FeatureSummary): Html | undefined {
  if (looks.length < 2) return undefined
  const number = (value: number | null) => (value === null ? 'n/a' : value.toFixed(2))
  const rows = looks.map(
    ({ repeats, meanDifference, se, z, passBound, failBound, decision }) =>
      html`<tr><th scope="row" class="number">${repeats}</th>${[formatChange(meanDifference), formatScore(se), number(z), number(passBound), number(failBound)].map((cell) => html`<td class="number">${cell}</td>`)}<td>${decision}</td></tr>`,
  )
  const head = ['Repeats', 'Change', 'se', 'z', 'Pass at', 'Fail at']
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rounds of the test of ${feature}"><table><thead><tr>${head.map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col">Decision</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function facts(feature: FeatureSummary): Html {
  const all = [
    ['Scores', distributionLine(feature)],
    ['Repeats', repeatsLine(feature)],
    ['Coverage', coverageLine(feature)],
    ['Judge', judgeLine(feature)],
    ['Latency', latencyLine(feature)],
  ] as const
  return html`<dl class="facts">${all.map(([name, text]) =>
    text === undefined ? undefined : html`<dt>${name}</dt><dd>${text}</dd>`,
  )}</dl>`
}
