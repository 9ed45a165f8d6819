import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatChange, formatCount, formatInterval, formatScore } from '../../../text/format.ts'
import { codeSpan, inlineText } from '../../../text/markdown-escape.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { movedCases, scorerLines, scorerNote } from '../scorer-lines.ts'
import type { ScorerResult } from '../scorer-results.ts'
import { collapsed, join, table } from './markdown-parts.ts'

const linesInView = 8
const linesShown = 100
const nameLength = 80
const askLength = 200
const sentenceLength = 600

/**
 * A line for each check and each question of the rubric, what changed most first; the questions themselves are folded.
 */
export function scorerTable(feature: FeatureSummary): string {
  const { lines, sentences } = scorerLines(feature)
  const tableOf = (some: readonly ScorerResult[]) => (some.length === 0 ? '' : linesTable(some, feature))
  const rest = lines.slice(linesInView, linesShown)
  const left = lines.length - linesShown
  const more = left > 0 ? [`And ${formatCount(left)} more, in report.json.`] : []
  const asked = (feature.scorers ?? []).filter(({ ask }) => ask !== null)
  const questions = asked.map(
    ({ name, ask }) => `- ${codeSpan(excerpt(name, nameLength))} ${inlineText(excerpt(ask ?? '', askLength))}`,
  )
  const folded =
    rest.length === 0 ? '' : collapsed(`${rest.length} more checks and questions`, [tableOf(rest), ...more])
  return join([
    tableOf(lines.slice(0, linesInView)),
    [...sentences, ...(lines.length > 0 ? [scorerNote(feature)] : [])]
      .map((text) => inlineText(excerpt(text, sentenceLength)))
      .join(' '),
    folded,
    collapsed('The questions to the judge', [questions.slice(0, linesShown).join('\n')]),
  ])
}

function linesTable(lines: readonly ScorerResult[], { comparison }: FeatureSummary): string {
  const about = ({ name, must, kind }: ScorerResult) =>
    `${codeSpan(excerpt(name, nameLength))}${must ? ' (must)' : ''}${kind === 'check' ? ' check' : ''}`
  if (!comparison) {
    const rows = lines.map((line) => [
      about(line),
      formatCount(line.cases),
      formatScore(line.mean),
      formatInterval(line),
    ])
    return table(['check or question', 'cases', 'share', 'interval'], '-rrr', rows)
  }
  const rows = lines.map((line) => [
    about(line),
    formatCount(line.cases),
    `${formatScore(line.baselineMean)} → ${formatScore(line.mean)}`,
    formatChange(line.meanDifference),
    formatInterval(line, formatChange),
    movedCases(line),
  ])
  return table(['check or question', 'cases', 'before → now', 'change', 'interval', ''], '-rrrr-', rows)
}
