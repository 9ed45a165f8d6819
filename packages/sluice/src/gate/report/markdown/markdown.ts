import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { ReportSummary } from '../../../records/report/report.ts'
import { formatAmount, formatChange, formatCount, formatDuration, formatScore } from '../../../text/format.ts'
import { codeBlock, codeSpan, inlineText } from '../../../text/markdown-escape.ts'
import { excerpt } from '../../../text/untrusted.ts'
import type { Highlights } from '../highlights.ts'
import { judgedCommits } from '../judged-commits.ts'
import { findingTexts } from '../run-finding.ts'
import { proofLine } from '../run-proof.ts'
import { furtherNotes, runWord, standsAlone, tally } from '../run-verdict.ts'
import { headline, verdictWord } from '../sentences.ts'
import { compareUrgency } from '../verdict-order.ts'
import { featureBlocks } from './markdown-feature.ts'
import { type Block, fitBlocks } from './markdown-fit.ts'

/** What GitHub takes for a comment, without what stands around the report. */
const defaultLimit = 60_000
const notesShown = 10
const findingsShown = 40
const findingLength = 400
const tableLength = 20_000

/**
 * The report as a pull-request comment in GitHub's Markdown, verdict first. `highlights` has one entry per feature, in
 * the order of the report. Text that came from models and files is escaped. Never longer than `limit` characters: what
 * does not fit is left out, from the least important on, and counted at the end. `title` stands before the verdict and
 * says whose it is.
 */
export function renderMarkdown(
  report: ReportSummary,
  highlights: readonly Highlights[],
  { limit = defaultLimit, title = '## Sluice:' }: { limit?: number; title?: string } = {},
): string {
  const several = !standsAlone(report)
  const lead = leadOf(report)
  const features = report.features
    .map((feature, index) => ({ feature, highlights: highlights[index] }))
    .sort((a, b) => compareUrgency(a.feature, b.feature))
  return fitBlocks(
    [
      ...(several
        ? summary(
            report,
            features.map(({ feature }) => feature),
            { lead, title },
          )
        : []),
      ...features.flatMap(({ feature, highlights }) =>
        featureBlocks(feature, highlights, several ? { oneOfSeveral: true } : { oneOfSeveral: false, lead, title }),
      ),
      ...closing(report),
    ],
    limit,
  )
}

/** What is said of the run as a whole, between the verdict and the features. */
function leadOf({ findings, run }: ReportSummary): string {
  const texts = findingTexts(findings).map((text) => inlineText(excerpt(text, findingLength)))
  const left = texts.length - findingsShown
  const more = left > 0 ? [`and ${formatCount(left)} more; report.json has all of them`] : []
  const list = [...texts.slice(0, findingsShown), ...more].map((text) => `- ${text}`).join('\n')
  return [list, run === null ? '' : inlineText(proofLine(run))].filter((text) => text !== '').join('\n\n')
}

function summary(
  report: ReportSummary,
  features: readonly FeatureSummary[],
  { lead, title }: { lead: string; title: string },
): Block[] {
  const top = [
    `${title} ${runWord(report)}`,
    tally(report) === '' ? '' : `**${inlineText(excerpt(tally(report), 600))}**`,
    lead,
  ]
  const head = { text: top.filter((text) => text !== '').join('\n\n'), rank: 0 }
  if (features.length === 0) return [head]
  const row = (feature: FeatureSummary) =>
    [
      codeSpan(excerpt(feature.feature, 80)),
      verdictWord(feature),
      formatScore(feature.score.mean),
      feature.comparison ? formatChange(feature.comparison.meanDifference) : '',
      inlineText(excerpt(headline(feature), 120)),
    ].join(' | ')
  const rows = withinLength(features.map((feature) => `| ${row(feature)} |`))
  const left = features.length - rows.length
  const more = left > 0 ? [`\nAnd ${formatAmount(left, 'further feature')}, none more urgent than these.`] : []
  const table = ['| feature | verdict | mean | change | |', '|---|---|--:|--:|---|', ...rows, ...more].join('\n')
  return [head, { text: table, rank: 1, what: 'summary table' }]
}

function withinLength(rows: readonly string[]): string[] {
  let length = 0
  const end = rows.findIndex((row) => {
    length += row.length + 1
    return length > tableLength
  })
  return end === -1 ? [...rows] : rows.slice(0, end)
}

function closing(report: ReportSummary): Block[] {
  const { reproduce, durationMs, sluiceVersion } = report
  const commits = judgedCommits(report)
  const about = [
    `sluice ${inlineText(excerpt(sluiceVersion, 40))}`,
    `took ${formatDuration(durationMs)}`,
    ...(commits === undefined ? [] : [inlineText(commits)]),
  ].join(' · ')
  const again = reproduce === null ? '' : `To reproduce it locally:\n\n${codeBlock(excerpt(reproduce, 1000), 'sh')}\n\n`
  const notes = furtherNotes(report)
    .slice(0, notesShown)
    .map((note) => `- ${inlineText(excerpt(note, 300))}`)
  return [
    ...(notes.length > 0 ? [{ text: notes.join('\n'), rank: 2, what: 'list of notes' }] : []),
    { text: again + about, rank: 0 },
  ]
}
