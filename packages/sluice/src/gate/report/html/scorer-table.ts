import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatChange, formatCount, formatInterval, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { movedCases, scorerLines, scorerNote } from '../scorer-lines.ts'
import type { ScorerResult } from '../scorer-results.ts'

const linesShown = 200

/** A line for each check and each question with its text, what changed most first. */
export function scorerTableHtml(feature: FeatureSummary): Html | undefined {
  const { lines, sentences } = scorerLines(feature)
  if (lines.length === 0 && sentences.length === 0) return undefined
  const shown = lines.slice(0, linesShown)
  const left = lines.length - shown.length
  const remarks = [
    ...(left > 0 ? [`And ${formatCount(left)} further lines, in report.json.`] : []),
    ...sentences,
    ...(shown.length > 0 ? [scorerNote(feature)] : []),
  ]
  return html`${shown.length === 0 ? undefined : linesTable(shown, feature)}
    <p class="muted scorer-note">${remarks.join(' ')}</p>${otherQuestions(feature, shown)}`
}

function linesTable(lines: readonly ScorerResult[], { comparison, feature }: FeatureSummary): Html {
  const head = comparison
    ? ['Cases', 'Before', 'Now', 'Change', 'Interval', 'Cases that moved']
    : ['Cases', 'Share', 'Interval']
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Checks and questions of ${feature}"><table class="scorers">
    <thead><tr><th scope="col">Check or question</th>${head.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
    <tbody>${lines.map((line) => lineRow(line, comparison !== null))}</tbody></table></div>`
}

function lineRow(line: ScorerResult, isCompared: boolean): Html {
  const { name, ask, must, kind, cases, mean, baselineMean, meanDifference } = line
  const direction = !meanDifference ? 'same' : meanDifference < 0 ? 'lower' : 'higher'
  const number = (text: string, kind = '') => html`<td class="number ${kind}">${text}</td>`
  const cells = isCompared
    ? [
        number(formatScore(baselineMean)),
        number(formatScore(mean)),
        number(formatChange(meanDifference), direction),
        number(formatInterval(line, formatChange)),
        number(movedCases(line)),
      ]
    : [number(formatScore(mean)), number(formatInterval(line))]
  return html`<tr><th scope="row"><b>${name}</b>${must ? html` <span class="badge">must</span>` : undefined}${
    kind === 'check' ? html` <span class="badge">check</span>` : undefined
  }${ask === null ? undefined : html`<small class="ask">${ask}</small>`}</th>${number(formatCount(cases))}${cells}</tr>`
}

/** The questions that no line shows, so that the reader need not open the prompt file for them. */
function otherQuestions({ scorers = [] }: FeatureSummary, shown: readonly ScorerResult[]): Html | undefined {
  const others = scorers.filter((scorer) => scorer.ask !== null && !shown.includes(scorer))
  if (others.length === 0) return undefined
  return html`<details class="questions"><summary>The other questions to the judge</summary><dl class="facts">${others.map(
    ({ name, ask }) => html`<dt>${name}</dt><dd>${ask ?? ''}</dd>`,
  )}</dl></details>`
}
