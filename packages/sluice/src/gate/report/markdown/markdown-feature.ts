import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import {
  formatAmount,
  formatChange,
  formatCount,
  formatInterval,
  formatPercent,
  formatScore,
} from '../../../text/format.ts'
import { codeBlock, codeSpan, inlineText } from '../../../text/markdown-escape.ts'
import { excerpt } from '../../../text/untrusted.ts'
import type { Highlights } from '../highlights.ts'
import { aroundChanges, promptChange, samePrompt } from '../prompt-diff.ts'
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
import { caseAnchor, caseBlocks } from './markdown-cases.ts'
import type { Block } from './markdown-fit.ts'
import { liftTable, metricTables } from './markdown-metrics.ts'
import { collapsed, join, table } from './markdown-parts.ts'
import { scorerTable } from './markdown-scorers.ts'

const listLength = 12
const tagsInView = 6
const tagsShown = 100
const idsShown = 50
const messageLength = 400
const promptLinesShown = 60
const adviceLength = 600
const nameLength = 80

/**
 * The blocks of one feature. Where it is one of several, a table has its verdict and a pass is
 * collapsed; else `title` stands before the verdict, and `lead` is said
 * of the run as a whole below it.
 */
export function featureBlocks(
  feature: FeatureSummary,
  highlights: Highlights | undefined,
  { oneOfSeveral, lead = '', title = '' }: { oneOfSeveral: boolean; lead?: string; title?: string },
): Block[] {
  const name = excerpt(feature.feature, nameLength)
  const isFolded = oneOfSeveral && feature.verdict === 'pass'
  const behind = decidingCase(feature, !isFolded && highlights?.deciding !== undefined)
  const first = [`**${inlineText(excerpt(headline(feature), messageLength))}**`, behind, lead, scoreTable(feature)]
  const sentences = [detectableDropText(feature), feature.advice ?? undefined].filter((text) => text !== undefined)
  const second = [
    promptDiff(feature),
    sentences.map((text) => inlineText(excerpt(text, adviceLength))).join(' '),
    list(nextStepTexts(feature)),
    list([...feature.reasons.slice(1).map(({ message }) => message), ...caveats(feature)]),
    liftTable(feature),
    metricTables(feature),
    scorerTable(feature),
    tagTable(feature),
  ]
  if (isFolded) {
    const texts = [...first, ...second, runTable(feature), roundsAndIds(feature)]
    return [{ text: collapsed(`${verdictWord(feature)}: ${name}`, texts), rank: 5, what: 'passed feature' }]
  }
  return [
    {
      text: join([`${oneOfSeveral ? '###' : title} ${verdictWord(feature)} · ${codeSpan(name)}`, ...first]),
      rank: oneOfSeveral ? 2 : 0,
      what: 'feature',
    },
    ...second.map((text) => ({ text, rank: 3, what: 'paragraph' })),
    ...(highlights ? caseBlocks(feature, highlights) : []),
    { text: runTable(feature), rank: 3, what: 'table of costs' },
    {
      text: collapsed('Distribution, rounds of the test, changed cases', [roundsAndIds(feature)]),
      rank: 5,
      what: 'collapsed part',
    },
  ].filter(({ text }) => text !== '')
}

/** The case behind the reason, with a link where it is told below. */
function decidingCase({ feature, decidingCase: id }: FeatureSummary, isShown: boolean): string {
  if (!id) return ''
  const name = codeSpan(excerpt(id, nameLength))
  return isShown
    ? `The case behind it comes first below: [${name}](#${caseAnchor(feature)}).`
    : `The case behind it: ${name}.`
}

/** What the candidate asks differently, folded; a reader of the pull request has the file's own difference at hand. */
function promptDiff(feature: FeatureSummary): string {
  const change = promptChange(feature)
  if (change === undefined) return ''
  if (change.length === 0) return inlineText(samePrompt)
  const signs = { same: ' ', added: '+', removed: '-' } as const
  const lines = aroundChanges(change).map((line) =>
    'skipped' in line
      ? `… ${formatAmount(line.skipped, 'equal line')}`
      : `${signs[line.kind]} ${excerpt(line.text, messageLength)}`,
  )
  const left = lines.length - promptLinesShown
  const more = left > 0 ? [`… ${formatAmount(left, 'more line')}, in report.html`] : []
  return collapsed('What the candidate asks differently: model, parameters, messages', [
    codeBlock([...lines.slice(0, promptLinesShown), ...more].join('\n'), 'diff'),
  ])
}

function scoreTable(feature: FeatureSummary): string {
  const { candidate, baseline, score, comparison, threshold, confidence } = feature
  const version = (of: typeof candidate) =>
    codeSpan(excerpt(nameOfVersion(of), nameLength)) +
    (of.model === null ? '' : ` ${codeSpan(excerpt(of.model, nameLength))}`)
  const rows = [
    [
      'candidate',
      formatScore(score.mean),
      threshold?.atLeast === undefined ? formatInterval(score) : meanRange(feature),
      version(candidate),
    ],
    ...(baseline ? [['baseline', formatScore(comparison?.baselineMean ?? null), '', version(baseline)]] : []),
    ...(comparison
      ? [
          [
            'change',
            formatChange(comparison.meanDifference),
            changeRange(feature),
            `margin ${formatScore(comparison.margin)}: **${comparison.verdict}** (${formatAmount(comparison.pairs, 'pair')}, ${formatAmount(comparison.repeats, 'repeat')})`,
          ],
        ]
      : []),
    ...(threshold ? [['threshold', formatScore(threshold.value), '', `**${threshold.verdict}**`]] : []),
  ]
  return table(['', 'mean', `${formatPercent(confidence)} interval`, ''], '-rr-', rows)
}

/** The tags that failed, then those that lost most; beyond a few they are folded. */
function tagTable(feature: FeatureSummary): string {
  const { comparison } = feature
  const { lines: tags, sentences } = tagLines(feature)
  const note = sentences.map((text) => inlineText(excerpt(text, adviceLength))).join(' ')
  if (tags.length === 0) return note
  const order = ({ verdict, meanDifference, mean }: (typeof tags)[number]) =>
    (verdict === 'fail' ? -2 : 0) + ((comparison ? meanDifference : mean) ?? 2)
  const rows = tags
    .toSorted((a, b) => order(a) - order(b))
    .slice(0, tagsShown)
    .map((row) => [
      codeSpan(excerpt(row.tag, nameLength)),
      formatCount(row.cases),
      formatScore(row.mean),
      ...(comparison ? [formatChange(row.meanDifference), formatInterval(row, formatChange), tagWord(row)] : ['']),
    ])
  const tableOf = (some: typeof rows) =>
    comparison
      ? table(['tag', 'cases', 'mean', 'change', 'interval', ''], '-rrrr-', some)
      : table(['tag', 'cases', 'mean', ''], '-rr-', some)
  const [first, rest] = [rows.slice(0, tagsInView), rows.slice(tagsInView)]
  const left = tags.length - tagsShown
  const more = left > 0 ? [`And ${formatAmount(left, 'further tag')}.`] : []
  const folded = rest.length === 0 ? '' : collapsed(formatAmount(rest.length, 'further tag'), [tableOf(rest), ...more])
  return join([tableOf(first), folded, note])
}

function runTable(feature: FeatureSummary): string {
  const rows = [
    ['coverage', coverageLine(feature)],
    ['judge', judgeLine(feature)],
    ['cost', costLine(feature)],
    ['latency', latencyLine(feature)],
    ['cache', cacheLine(feature)],
  ] as const
  const known = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [[name, inlineText(excerpt(text, messageLength))]],
  )
  return table(['', ''], '--', known)
}

function roundsAndIds(feature: FeatureSummary): string {
  const { comparison, looks } = feature
  const lines = [distributionLine(feature), repeatsLine(feature)].filter((line) => line !== undefined)
  const number = (value: number | null) => (value === null ? 'n/a' : value.toFixed(2))
  const rows = looks.map(({ repeats, meanDifference, se, z, passBound, failBound, decision }) => [
    String(repeats),
    formatChange(meanDifference),
    formatScore(se),
    ...[z, passBound, failBound].map(number),
    decision,
  ])
  return join([
    list(lines),
    idList('Regressed', comparison?.regressed ?? []),
    idList('Improved', comparison?.improved ?? []),
    rows.length === 0 ? '' : table(['repeats', 'change', 'se', 'z', 'pass at', 'fail at', ''], 'rrrrrr-', rows),
  ])
}

function idList(name: string, ids: readonly string[]): string {
  if (ids.length === 0) return ''
  const shown = ids.slice(0, idsShown).map((id) => codeSpan(excerpt(id, nameLength)))
  return `${name} (${formatCount(ids.length)}): ${shown.join(' ')}${ids.length > idsShown ? ' …' : ''}`
}

function list(texts: readonly string[]): string {
  const left = texts.length - listLength
  const shown = texts.slice(0, listLength).map((text) => inlineText(excerpt(text, messageLength)))
  return [...shown, ...(left > 0 ? [`and ${formatCount(left)} more`] : [])].map((text) => `- ${text}`).join('\n')
}
