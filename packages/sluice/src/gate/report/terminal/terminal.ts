import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { ReportSummary } from '../../../records/report/report.ts'
import { formatChange, formatDuration, formatScore } from '../../../text/format.ts'
import { type Cell, columns, wrap } from '../../../text/layout.ts'
import { visibleLine } from '../../../text/untrusted.ts'
import type { Highlights } from '../highlights.ts'
import { judgedCommits } from '../judged-commits.ts'
import { findingTexts } from '../run-finding.ts'
import { proofLine } from '../run-proof.ts'
import { furtherNotes, runWord, standsAlone, tally } from '../run-verdict.ts'
import { headline, verdictWord } from '../sentences.ts'
import { compareUrgency } from '../verdict-order.ts'
import { createPaint } from './ansi.ts'
import { renderFeature } from './terminal-feature.ts'
import { bullets, indented, type Page, paintStart, verdictPaint } from './terminal-page.ts'

export interface TerminalOptions {
  /** Columns of the terminal; no line is wider. Below 60 lines are as for 60, and above 120 as for 120. */
  width?: number
  color: boolean
}

const widest = 120
const narrowest = 60

/**
 * The report as text for a terminal, what a reader needs first at the top. `highlights` has one entry per feature, in
 * the order of the report. Of several features, those that passed are only listed.
 */
export function renderTerminal(
  report: ReportSummary,
  highlights: readonly Highlights[],
  { width = 80, color }: TerminalOptions,
): string {
  const page = { width: Math.min(widest, Math.max(narrowest, width)), paint: createPaint(color) }
  const { features } = report
  const alone = standsAlone(report)
  const lead = leadOf(report, page)
  const inFull = features
    .map((feature, index) => ({ feature, highlights: highlights[index] }))
    .sort((a, b) => compareUrgency(a.feature, b.feature))
    .filter(({ feature }) => features.length === 1 || feature.verdict !== 'pass')
    .map(({ feature, highlights }) => renderFeature(feature, highlights, page, alone ? lead : []))
  const parts = [...(alone ? [] : [overview(report, lead, page)]), ...inFull, closing(report, page)]
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** What weakens the run, and the proof of it, between the verdict and the features. */
function leadOf({ findings, run }: ReportSummary, page: Page): string[] {
  const findingLines = bullets(findingTexts(findings), page)
  const proof = run === null ? [] : wrap(proofLine(run), page.width)
  return findingLines.length === 0 || proof.length === 0 ? [...findingLines, ...proof] : [...findingLines, '', ...proof]
}

function overview(report: ReportSummary, lead: readonly string[], { width, paint }: Page): string[] {
  const word = runWord(report)
  const title = (text: string) => paint.bold(verdictPaint(report.verdict, paint)(text))
  const first = paintStart(indented(visibleLine(tally(report)), `${word}  `, width), word, title).map((line) =>
    line.trimEnd(),
  )
  const top = [...first, ...(lead.length === 0 ? [] : ['', ...lead])]
  if (report.features.length === 0) return top
  const head = ['', 'feature', 'mean', 'change', 'reason'].map((text): Cell => ({ text, paint: paint.dim }))
  const row = (feature: FeatureSummary): Cell[] => [
    { text: verdictWord(feature), paint: verdictPaint(feature.verdict, paint) },
    { text: visibleLine(feature.feature) },
    { text: formatScore(feature.score.mean), align: 'right' },
    { text: feature.comparison ? formatChange(feature.comparison.meanDifference) : '', align: 'right' },
    { text: verdictWord(feature) === 'PASS' ? '' : visibleLine(headline(feature)) },
  ]
  return [...top, '', ...columns([head, ...report.features.toSorted(compareUrgency).map(row)], width)]
}

function closing(report: ReportSummary, { width, paint }: Page): string[] {
  const judged = judgedCommits(report)
  const commits = judged === undefined ? [] : wrap(`commits: ${visibleLine(judged)}`, width)
  const again = report.reproduce === null ? [] : wrap(`again: ${visibleLine(report.reproduce)}`, width)
  return [
    ...furtherNotes(report).flatMap((note) => wrap(visibleLine(note), width)),
    ...[...commits, ...again, `took ${formatDuration(report.durationMs)}`].map(paint.dim),
  ]
}
