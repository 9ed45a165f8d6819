import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatChange, formatCount, formatInterval, formatScore } from '../../../text/format.ts'
import { type Cell, columns, truncate, wrap } from '../../../text/layout.ts'
import { visibleLine } from '../../../text/untrusted.ts'
import type { Highlights } from '../highlights.ts'
import { scorerLines } from '../scorer-lines.ts'
import {
  cacheLine,
  caveats,
  changeRange,
  costLine,
  coverageLine,
  detectableDropText,
  distributionLine,
  headline,
  judgeLine,
  latencyLine,
  meanRange,
  nameOfVersion,
  repeatsLine,
  tagWord,
  verdictWord,
} from '../sentences.ts'
import { nextStepTexts } from '../steps-to-verdict.ts'
import { tagLines } from '../tag-lines.ts'
import { renderCases } from './terminal-cases.ts'
import { terminalLift, terminalMetrics } from './terminal-metrics.ts'
import { bullets, type Fact, facts, indented, type Page, verdictPaint } from './terminal-page.ts'

const reasonsShown = 8
const widestVerdict = 'INCONCLUSIVE  '.length
const tagsShown = 20
const scorersShown = 12
const roomForMoved = 80

/**
 * One feature in full: verdict, what is said of the run as a whole (`lead`), reasons, tags, worst cases, then what it
 * cost and what it rests on.
 */
export function renderFeature(
  feature: FeatureSummary,
  highlights: Highlights | undefined,
  page: Page,
  lead: readonly string[],
): string[] {
  const { paint, width } = page
  const verdict = paint.bold(verdictPaint(feature.verdict, paint)(verdictWord(feature)))
  const blocks = [
    [
      `${verdict}  ${paint.bold(truncate(visibleLine(feature.feature), width - widestVerdict))}`,
      ...wrap(visibleLine(headline(feature)), width),
    ],
    lead,
    facts(scoreFacts(feature), page),
    furtherReasons(feature, page),
    terminalLift(feature, page),
    terminalMetrics(feature, page),
    scorerTable(feature, page),
    tagTable(feature, page),
    highlights ? renderCases(feature, highlights, page) : [],
    facts(runFacts(feature), page),
    bullets(
      [...caveats(feature), ...(feature.advice === null ? [] : [feature.advice]), ...nextStepTexts(feature)],
      page,
    ),
  ]
  return blocks.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

function scoreFacts(feature: FeatureSummary): Fact[] {
  const { candidate, baseline, score, comparison, threshold } = feature
  const version = (of: typeof candidate) => nameOfVersion(of) + (of.model === null ? '' : `, ${of.model}`)
  const before = comparison ? `, baseline ${formatScore(comparison.baselineMean)}` : ''
  return [
    ['candidate', version(candidate)],
    ['baseline', baseline ? version(baseline) : undefined],
    ['mean', `${formatScore(score.mean)}, ${meanRange(feature)}${before}`],
    ['change', changeText(feature)],
    ['threshold', threshold ? `${formatScore(threshold.value)}: ${threshold.verdict}` : undefined],
    ['detects', detectableDropText(feature)],
  ]
}

function changeText(feature: FeatureSummary): string | undefined {
  const { comparison } = feature
  if (!comparison) return undefined
  const { meanDifference, margin, verdict, pairs, repeats } = comparison
  return [
    `${formatChange(meanDifference)}${comparison.atLeast === undefined ? ' ' : ', '}${changeRange(feature)}, margin ${formatScore(margin)}: ${verdict}`,
    `${formatAmount(pairs, 'pair')}, ${formatAmount(repeats, 'repeat')}`,
  ].join('; ')
}

function runFacts(feature: FeatureSummary): Fact[] {
  return [
    ['coverage', coverageLine(feature)],
    ['spread', distributionLine(feature)],
    ['repeats', repeatsLine(feature)],
    ['cost', costLine(feature)],
    ['latency', latencyLine(feature)],
    ['cache', cacheLine(feature)],
    ['judge', judgeLine(feature)],
  ]
}

function furtherReasons({ reasons }: FeatureSummary, page: Page): string[] {
  const further = reasons.slice(1)
  const left = further.length - reasonsShown
  const more = left > 0 ? [`and ${formatAmount(left, 'further reason')}`] : []
  return bullets([...further.slice(0, reasonsShown).map(({ message }) => message), ...more], page)
}

/** A line for each check and each question that changed, or without a baseline that was not always met. */
function scorerTable(feature: FeatureSummary, { width, paint }: Page): string[] {
  const { lines, sentences } = scorerLines(feature)
  const isCompared = feature.comparison !== null
  const isWide = width >= roomForMoved
  const moved = isCompared && isWide ? ['worse', 'better'] : []
  const titles = isCompared
    ? ['check or question', 'before', 'now', 'change', 'interval', ...moved]
    : ['check or question', 'cases', 'share', 'interval']
  const head = titles.map((text, index): Cell => ({ text, paint: paint.dim, align: index === 0 ? 'left' : 'right' }))
  const rows = lines.slice(0, scorersShown).map((line): Cell[] => {
    const { name, must, cases, mean, baselineMean, meanDifference, worse, better } = line
    const numbers = isCompared
      ? [formatScore(baselineMean), formatScore(mean), formatChange(meanDifference), formatInterval(line, formatChange)]
      : [formatCount(cases), formatScore(mean), formatInterval(line)]
    const counts = moved.length === 0 ? [] : [formatCount(worse), formatCount(better)]
    return [
      { text: visibleLine(name) + (must ? ' (must)' : '') },
      ...[...numbers, ...counts].map((text) => ({ text, align: 'right' as const })),
    ]
  })
  const left = lines.length - scorersShown
  const remarks = [...(left > 0 ? [`and ${formatAmount(left, 'further line')}`] : []), ...sentences]
  return [
    ...(rows.length === 0 ? [] : columns([head, ...rows], width - 2).map((line) => `  ${line}`)),
    ...remarks.flatMap((text) => indented(text, '  ', width)),
  ]
}

function tagTable(feature: FeatureSummary, { width, paint }: Page): string[] {
  const { comparison } = feature
  const { lines: tags, sentences } = tagLines(feature)
  const notes = sentences.flatMap((text) => indented(text, '  ', width))
  if (tags.length === 0) return notes
  const head = ['tag', 'cases', 'mean', ...(comparison ? ['change', 'interval'] : []), ''].map(
    (text, index): Cell => ({ text, paint: paint.dim, align: index === 0 ? 'left' : 'right' }),
  )
  const rows = tags.slice(0, tagsShown).map((tag): Cell[] => [
    { text: visibleLine(tag.tag) },
    { text: String(tag.cases), align: 'right' },
    { text: formatScore(tag.mean), align: 'right' },
    ...(comparison
      ? [
          { text: formatChange(tag.meanDifference), align: 'right' as const },
          { text: formatInterval(tag, formatChange), align: 'right' as const },
        ]
      : []),
    tag.verdict === null
      ? { text: comparison ? tagWord(tag) : '', paint: paint.dim }
      : { text: tagWord(tag), paint: verdictPaint(tag.verdict, paint) },
  ])
  const left = tags.length - tagsShown
  return [
    ...columns([head, ...rows], width - 2).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${formatAmount(left, 'further tag')}`] : []),
    ...notes,
  ]
}
