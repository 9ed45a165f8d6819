import { calibrationSummary } from '../../records/report/calibration-summary.ts'
import type { MatrixCell, MatrixReport } from '../../records/report/matrix-report.ts'
import {
  formatAmount,
  formatChange,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../text/format.ts'
import { columns, displayWidth, wrap } from '../../text/layout.ts'
import { visibleData } from '../../text/untrusted.ts'

/** A line of the table: its name, and what it says of a cell. */
export interface MatrixLine {
  name: string
  /** A detail of the line above. */
  isDetail: boolean
  of(cell: MatrixCell): string
}

/** What is said of each cell, in the terminal and on the page. */
export function matrixLines(report: Pick<MatrixReport, 'confidence' | 'comparisons'>): MatrixLine[] {
  const { confidence, comparisons } = report
  const line = (name: string, of: MatrixLine['of']): MatrixLine => ({ name, isDetail: false, of })
  const detail = (name: string, of: MatrixLine['of']): MatrixLine => ({ name, isDetail: true, of })
  const joint = comparisons > 1 ? `${formatPercent(confidence)}, all together` : formatPercent(confidence)
  return [
    line('score', scoreText),
    detail(`${formatPercent(confidence)} interval`, ({ score }) => formatInterval(score)),
    line('difference', ({ difference }) => (difference ? formatChange(difference.mean) : 'reference')),
    detail(joint, ({ difference }) => (difference ? formatInterval(difference, formatChange) : '')),
    detail('cases paired', ({ difference }) => (difference ? formatCount(difference.pairs) : '')),
    detail('result', outcomeText),
    line('must failed', ({ mustFailed }) => formatPercent(mustFailed)),
    line('1,000 answers', ({ usdPer1000Answers }) => formatUsd(usdPer1000Answers)),
    line('latency p50', ({ latencyP50Ms }) => formatDuration(latencyP50Ms)),
    detail('p95', ({ latencyP95Ms }) => formatDuration(latencyP95Ms)),
    line('answers scored', ({ answers: { asked, scored } }) => `${formatCount(scored)} of ${formatCount(asked)}`),
    detail('errors', ({ answers }) => formatCount(answers.errors)),
    detail('unfinished', ({ answers }) => formatCount(answers.unfinished)),
  ]
}

/** The mean; of a cell that is not complete with the answers that it rests on. */
export function scoreText({ score, complete, answers: { asked, scored } }: MatrixCell): string {
  const mean = formatScore(score.mean)
  return complete ? mean : `${mean} (of ${formatCount(scored)} of ${formatCount(asked)})`
}

/** The one word on a difference; a cell that is not complete is never said to be better. */
export function outcomeText({ difference, complete }: MatrixCell): string {
  if (!difference) return complete ? '' : 'incomplete'
  if (difference.outcome !== 'undecided') return complete ? difference.outcome : `${difference.outcome}, incomplete`
  return complete ? 'cannot be told apart' : 'incomplete: cannot be told apart'
}

/** What was found, for a terminal: one table, as many models beside each other as fit. */
export function matrixText(given: MatrixReport, width: number): string {
  const report = visibleData(given)
  const blocks = [
    [matrixTitle(report)],
    ...report.features.map(({ feature }) => featureBlock(report, feature, width)),
    captions(report).flatMap((text) => wrap(text, width)),
    [...incompleteLines(report), ...report.notes].flatMap((text) => wrap(`- ${text}`, width)),
    [...wrap(costSentence(report), width), `Again: ${report.reproduce}`],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

export function matrixTitle({ features, models, repeats, tags }: MatrixReport): string {
  const suites = [...new Set(features.map(({ suite }) => suite))].join(', ')
  const tagged = tags === null ? '' : `, only cases with the tag ${tags.join(' or ')}`
  return `${formatAmount(features.length, 'prompt')} with ${formatAmount(models.length, 'model')}: suite ${suites}, ${formatAmount(repeats, 'answer')} per case${tagged}`
}

function featureBlock(report: MatrixReport, feature: string, width: number): string[] {
  const cells = report.cells.filter((cell) => cell.feature === feature)
  const lines = matrixLines(report).map(({ name, isDetail, of }) => ({
    name: `${isDetail ? '    ' : '  '}${name}`,
    of,
  }))
  const first = Math.max(displayWidth(feature), ...lines.map(({ name }) => displayWidth(name)))
  const widest = Math.max(
    ...cells.flatMap((cell) => [modelName(cell), ...lines.map(({ of }) => of(cell))].map(displayWidth)),
  )
  const fitting = Math.max(1, Math.floor((width - first) / (widest + 2)))
  const parts = Array.from({ length: Math.ceil(cells.length / fitting) }, (_, part) =>
    cells.slice(part * fitting, (part + 1) * fitting),
  )
  return parts.flatMap((part, index) => [
    ...(index > 0 ? [''] : []),
    ...columns(
      [
        [{ text: feature }, ...part.map((cell) => ({ text: modelName(cell) }))],
        ...lines.map(({ name, of }) => [{ text: name }, ...part.map((cell) => ({ text: of(cell) }))]),
      ],
      width,
    ),
  ])
}

function modelName({ model, own }: MatrixCell): string {
  return own ? `${model} (its own)` : model
}

/** How the numbers are to be read. */
export function captions(report: MatrixReport): string[] {
  const { cells, comparisons, confidence, judge } = report
  const references = cells.filter(({ reference }) => reference === null)
  const names = references.map(({ feature, model }) => `${feature} with ${model}`).join('; ')
  const held = formatPercent(confidence)
  const each = formatPercent(1 - (1 - confidence) / Math.max(1, comparisons))
  const together =
    comparisons > 1
      ? `All ${comparisons} intervals of differences hold together at ${held} (Bonferroni: ${each} each).`
      : `The interval of the difference holds at ${held}.`
  return [
    `Reference: ${names}. Differences are taken case by case, over the cases that both have scored. ${together} Intervals are cluster-robust: cases of one cluster count as one source.`,
    'better, worse: the interval excludes 0, and would whatever the missing answers had scored. All others cannot be told apart from the reference, which does not say that they are as good.',
    '1,000 answers: what they cost without the judge, as paid when they were given.',
    judge
      ? `Judge of all cells: ${judge.model} (${judge.id}), ${calibrationsText(report)}.`
      : 'No judge was asked: checks alone scored the answers.',
  ]
}

/** What labels say of the judge: of several features each by itself, unless it is the same of all. */
function calibrationsText({ features }: MatrixReport): string {
  const judged = features.flatMap(({ feature, calibration }) =>
    calibration === undefined ? [] : [{ feature, words: calibrationSummary(calibration) }],
  )
  const [first] = judged
  if (!first || judged.every(({ words }) => words === first.words)) return first?.words ?? calibrationSummary(null)
  return judged.map(({ feature, words }) => `on ${feature} ${words}`).join('; ')
}

const causesShown = 3

/** Why cells are not complete, the most frequent causes of each. */
export function incompleteLines({ cells }: MatrixReport): string[] {
  return cells
    .filter(({ complete }) => !complete)
    .flatMap(({ feature, model, answers: { errors, unfinished }, causes }) => {
      const parts = [
        ...(errors > 0 ? [`${formatAmount(errors, 'answer')} with an error`] : []),
        ...(unfinished > 0 ? [`${formatAmount(unfinished, 'question')} never asked, for want of budget`] : []),
      ]
      return [
        `${feature}, ${model}: ${parts.join(', ')}; they are no zeros.`,
        ...causes.slice(0, causesShown).map((cause) => `${feature}, ${model}: ${cause}`),
      ]
    })
}

export function costSentence({ calls, fromStore, fromRecordings, usd, unpricedCalls }: MatrixReport): string {
  const sources = [
    formatAmount(calls, 'call'),
    ...(fromStore > 0 ? [`${formatCount(fromStore)} answered from the store`] : []),
    ...(fromRecordings > 0 ? [`${formatCount(fromRecordings)} from recordings`] : []),
  ]
  const unpriced = unpricedCalls > 0 ? `, ${formatAmount(unpricedCalls, 'call')} without a known price` : ''
  return `${sources.join(', ')}. This run cost ${formatUsd(usd)}${unpriced}; what was answered is kept, and a rerun pays for nothing that it has.`
}
