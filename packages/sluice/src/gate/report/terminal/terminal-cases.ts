import type { CaseReport } from '../../../records/report/case-report.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatChange, formatCount, formatScore } from '../../../text/format.ts'
import { truncate } from '../../../text/layout.ts'
import { excerpt, visibleLine } from '../../../text/untrusted.ts'
import { type Finding, findingsOf, marksOf } from '../case-findings.ts'
import type { Highlight, Highlights } from '../highlights.ts'
import { claimText } from '../metrics/claim-lines.ts'
import { causeLines } from '../sentences.ts'
import { type TraceLine, traceSections } from '../trace/trace-sections.ts'
import { indented, type Page, paintStart } from './terminal-page.ts'

const findingsShown = 3
const claimsShown = 3
const causesShown = 5
const reasonLength = 300
const outputLength = 200
const idLength = 100

/**
 * The case behind the verdict, the worst of the others with what they lost and why the judge says so, then those
 * without a score.
 */
export function renderCases(feature: FeatureSummary, highlights: Highlights, page: Page): string[] {
  const { comparison, causes } = feature
  const { deciding, regressions, lowest, unscored } = highlights
  const behind = deciding
    ? [
        `  ${page.paint.bold('the case behind the verdict')}`,
        ...(deciding.score === null ? unscoredCase : scoredCase)(deciding, page),
      ]
    : []
  const worst =
    comparison && regressions.total > 0
      ? section(deciding ? 'further regressions' : 'worst regressions', regressions, page, scoredCase)
      : section('lowest cases', lowest, page, scoredCase)
  const failed = causes ? errors(causeLines(feature), page) : section('without a score', unscored, page, unscoredCase)
  const parts = [behind, worst, failed].filter((lines) => lines.length > 0)
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

function errors(lines: readonly string[], page: Page): string[] {
  if (lines.length === 0) return []
  const left = lines.length - causesShown
  return [
    `  ${page.paint.bold('without a score')}`,
    ...lines.slice(0, causesShown).flatMap((line) => indented(line, '  ', page.width)),
    ...(left > 0 ? [`  and ${formatAmount(left, 'further cause')}`] : []),
  ]
}

function section(
  title: string,
  { cases, total }: Highlight,
  page: Page,
  render: (row: CaseReport, page: Page) => string[],
): string[] {
  if (total === 0) return []
  const count = total > cases.length ? ` (${cases.length} of ${formatCount(total)})` : ''
  return [`  ${page.paint.bold(title)}${count}`, ...cases.flatMap((row) => render(row, page))]
}

function scoredCase(row: CaseReport, page: Page): string[] {
  const { paint, width } = page
  const findings = findingsOf(row)
  const left = findings.length - findingsShown
  return [
    ...titled(row.id, scores(row), page),
    ...findings.slice(0, findingsShown).flatMap((finding) => findingLines(finding, page)),
    ...(left > 0 ? [`    and ${left} more`] : []),
    ...(row.output === null ? [] : [paint.dim(truncate(`    output: ${outputLine(row.output)}`, width))]),
    ...callsLine(row).map((line) => paint.dim(truncate(`    ${line}`, width))),
  ]
}

/** The calls in one line; beside a baseline the first in which they differ. */
function callsLine(row: CaseReport): string[] {
  const steps = traceSections(row, { lines: 200, characters: 80 }).find(({ title }) => title === 'Steps')
  if (!steps) return []
  const [now, before] = [steps.now, steps.before].map((side) => side?.lines.filter(({ isCall }) => isCall))
  if (!now) return ['calls: none reported, unlike the baseline']
  const most = Math.max(now.length, before?.length ?? 0)
  const first = before && Array.from({ length: most }).findIndex((_, at) => now[at]?.text !== before[at]?.text)
  if (first === undefined || first === -1)
    return now.length === 0 ? [] : [`calls: ${now.map(({ step, text }) => `${step} ${text}`).join('; ')}`]
  const callLine = (line: TraceLine | undefined) => (line ? `${line.text}, step ${line.step}` : 'no further call')
  return [`calls differ first: ${callLine(now[first])} (before: ${callLine(before?.[first])})`]
}

const outputLine = (output: string) => visibleLine(output.slice(0, outputLength))

function scores(row: CaseReport): string {
  const { score, baselineScore, passed, repeats } = row
  const change =
    baselineScore === null || score === null
      ? formatScore(score)
      : `${formatScore(baselineScore)} -> ${formatScore(score)} (${formatChange(score - baselineScore)})`
  const often = passed && repeats > 1 ? [`passed ${passed.k} of ${passed.n}`] : []
  return [change, ...often, ...marksOf(row)].join(', ')
}

function findingLines(
  { name, outcome, lost, must, reason, invented, claims }: Finding,
  { width, paint }: Page,
): string[] {
  const quote = invented ? " (the judge's quote is not in the output)" : ''
  const text = `${name}${must ? ' (must)' : ''}: ${outcome}. ${excerpt(reason, reasonLength)}${quote}`
  const left = claims.length - claimsShown
  return [
    ...paintStart(indented(text, lost ? '    lost ' : '    ', width), '    lost', paint.red),
    ...claims
      .slice(0, claimsShown)
      .flatMap((line) => indented(excerpt(claimText(line), reasonLength), '      ', width)),
    ...(left > 0 ? [`      and ${formatAmount(left, 'further claim')}`] : []),
  ]
}

function unscoredCase({ id, state, error }: CaseReport, page: Page): string[] {
  return [
    ...titled(id, state, page),
    ...(error === null ? [] : indented(excerpt(error, reasonLength), '    ', page.width)),
  ]
}

function titled(id: string, text: string, { width, paint }: Page): string[] {
  const title = visibleLine(excerpt(id, idLength))
  return paintStart(indented(`${title}: ${text}`, '  ', width), `  ${title}`, paint.bold)
}
