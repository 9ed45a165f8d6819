import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { aroundChanges, promptChange, samePrompt } from '../prompt-diff.ts'

const linesShown = 400
const lineLength = 2000

/** The difference between what both versions ask, line by line. */
export function promptChangeHtml(feature: FeatureSummary): Html | undefined {
  const change = promptChange(feature)
  if (change === undefined) return undefined
  if (change.length === 0) return html`<p class="muted scorer-note">${samePrompt}</p>`
  const lines = aroundChanges(change)
  const left = lines.length - linesShown
  const rows = lines.slice(0, linesShown).map((line) => {
    if ('skipped' in line) return html`<span class="skipped">${formatAmount(line.skipped, 'equal line')}</span>`
    const text = excerpt(line.text, lineLength)
    if (line.kind === 'same') return html`<span>${text}</span>`
    return line.kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`
  })
  return html`<div class="prompt-change" tabindex="0" role="region" aria-label="Change of the prompt of ${feature.feature}">${rows}</div>${
    left > 0 ? html`<p class="muted">And ${formatAmount(left, 'more line')}: see report.json.</p>` : undefined
  }`
}
