import type { CaseReport } from '../../../records/report/case-report.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatChange, formatCount, formatScore } from '../../../text/format.ts'
import { wrap } from '../../../text/layout.ts'
import { codeBlock, codeSpan, inlineText } from '../../../text/markdown-escape.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { type Finding, findingsOf, marksOf } from '../case-findings.ts'
import type { Highlight, Highlights } from '../highlights.ts'
import { claimText } from '../metrics/claim-lines.ts'
import { type DiffLine, diffOutputs } from '../output-diff.ts'
import { causeLines } from '../sentences.ts'
import { sideText, type TraceSection, traceSections } from '../trace/trace-sections.ts'
import type { Block } from './markdown-fit.ts'
import { join } from './markdown-parts.ts'

const findingsShown = 4
const claimsShown = 5
const causesShown = 5
const reasonLength = 400
const inputLength = 300
const outputLength = 20_000
const linesShown = 24
const lineWidth = 100
const stepsShown = 12

/**
 * Where the case behind the verdict of a feature stands. GitHub follows it although it writes a prefix before the id.
 */
export function caseAnchor(feature: string): string {
  return `sluice-case-${feature.replaceAll(/[^\w-]/g, '-')}`
}

/** The case behind the verdict first, then the worst of the others, one block each, then those without a score. */
export function caseBlocks(feature: FeatureSummary, highlights: Highlights): Block[] {
  const { comparison, causes } = feature
  const { deciding, regressions, lowest, unscored } = highlights
  const behind: Block[] = deciding
    ? [
        {
          text: `<a id="${caseAnchor(feature.feature)}"></a>\n\n#### The case behind the verdict\n\n${worstCase(deciding, 1)}`,
          rank: 1,
          what: 'case behind the verdict',
        },
      ]
    : []
  const before = behind.length
  const worst =
    comparison && regressions.total > 0
      ? section(before > 0 ? 'Further regressions' : 'Worst regressions', regressions, before)
      : section('Lowest cases', lowest, before)
  if (causes) return [...behind, ...worst, ...errorBlock(causeLines(feature))]
  if (unscored.total === 0) return [...behind, ...worst]
  const failed = unscored.cases.map(({ id, state, error }) => {
    const message = error === null ? '' : `: ${inlineText(excerpt(error, reasonLength))}`
    return `- ${codeSpan(excerpt(id, 100))} ${state}${message}`
  })
  const text = `**Without a score**${shownOf(unscored)}\n\n${failed.join('\n')}`
  return [...behind, ...worst, { text, rank: 3, what: 'list of errors' }]
}

function errorBlock(lines: readonly string[]): Block[] {
  if (lines.length === 0) return []
  const left = lines.length - causesShown
  const listed = lines.slice(0, causesShown).map((line) => `- ${inlineText(line)}`)
  const more = left > 0 ? [`- and ${formatAmount(left, 'further cause')}`] : []
  return [{ text: ['**Without a score**', '', ...listed, ...more].join('\n'), rank: 3, what: 'list of errors' }]
}

function section(title: string, highlight: Highlight, before: number): Block[] {
  return highlight.cases.map((row, index) => {
    const heading = index === 0 ? `#### ${title}${shownOf(highlight)}\n\n` : ''
    return { text: heading + worstCase(row, before + index + 1), rank: 4, what: 'worst case' }
  })
}

const shownOf = ({ cases, total }: Highlight) =>
  total > cases.length ? ` (${cases.length} of ${formatCount(total)})` : ''

/** The first with its texts in view; those of the others are folded, so that a reader sees all five at once. */
function worstCase(row: CaseReport, number: number): string {
  const { id, state, error, tags, passed, repeats, input, expected } = row
  const facts = [
    row.score === null ? state : scores(row),
    ...(passed && repeats > 1 ? [`passed ${passed.k} of ${passed.n}`] : []),
    ...marksOf(row),
    ...tags.slice(0, 5).map((tag) => codeSpan(excerpt(tag, 40))),
  ]
  const findings = findingsOf(row)
  const left = findings.length - findingsShown
  const shownFindings = [
    ...findings.slice(0, findingsShown).map(findingText),
    ...(left > 0 ? [`- and ${formatCount(left)} more`] : []),
  ]
  const texts = join([
    input === undefined ? '' : `Input: ${inlineText(excerpt(input, inputLength))}`,
    expected === undefined ? '' : `Expected: ${inlineText(excerpt(expected, inputLength))}`,
    outputs(row),
    done(row),
    repeatScores(row),
  ])
  return join([
    `**${number}.** ${codeSpan(excerpt(id, 100))} · ${facts.join(' · ')}`,
    error === null ? '' : inlineText(excerpt(error, reasonLength)),
    shownFindings.join('\n'),
    number === 1 || texts === '' ? texts : `<details><summary>Input and output</summary>\n\n${texts}\n\n</details>`,
  ])
}

/** The scores of all repeats, where they differ; their texts are in report.html. */
function repeatScores({ answers }: CaseReport): string {
  if (!answers) return ''
  const of = (wanted: 'candidate' | 'baseline') =>
    answers
      .filter(({ version }) => version === wanted)
      .map(({ score, state }) => (score === null ? state : formatScore(score)))
  const [now, before] = [of('candidate'), of('baseline')]
  return `Repeats: ${now.join(', ')}${before.length > 0 ? `; baseline: ${before.join(', ')}` : ''}.`
}

function scores({ score, baselineScore }: CaseReport): string {
  if (score === null || baselineScore === null) return formatScore(score)
  return `${formatScore(baselineScore)} → ${formatScore(score)} (${formatChange(score - baselineScore)})`
}

function findingText({ name, outcome, lost, must, reason, evidence, invented, claims }: Finding): string {
  const quote =
    evidence === ''
      ? ''
      : ` Quoted: “${inlineText(excerpt(evidence, reasonLength))}”${invented ? ', which is not in the output' : ''}.`
  const marks = [lost ? '**lost**' : '', codeSpan(excerpt(name, 80)), must ? '(must)' : ''].filter(
    (mark) => mark !== '',
  )
  const left = claims.length - claimsShown
  return [
    `- ${marks.join(' ')}: ${inlineText(excerpt(outcome, 80))}. ${inlineText(excerpt(reason, reasonLength))}${quote}`,
    ...claims.slice(0, claimsShown).map((line) => `  - ${inlineText(excerpt(claimText(line), reasonLength))}`),
    ...(left > 0 ? [`  - and ${formatAmount(left, 'further claim')}`] : []),
  ].join('\n')
}

function outputs({ output, baselineOutput }: CaseReport): string {
  if (output === null) return ''
  const now = excerpt(output, outputLength)
  if (baselineOutput === undefined || baselineOutput === null) {
    return `Output:\n\n${codeBlock(shorten(wrap(now, lineWidth)).join('\n'))}`
  }
  const lines = folded(diffOutputs(excerpt(baselineOutput, outputLength), now))
  return `Output, old (-) and new (+):\n\n${codeBlock(shorten(lines).join('\n'), 'diff')}`
}

/**
 * What was done on the way to the output: the steps, and of documents and state only what the baseline had otherwise,
 * since a comment has little room.
 */
function done(row: CaseReport): string {
  const sections = traceSections(row, { lines: stepsShown, characters: 120 }).filter(
    ({ title, firstDifference }) => title === 'Steps' || firstDifference !== null,
  )
  return join(sections.map(sectionText))
}

function sectionText({ title, now, before, isSame, firstDifference }: TraceSection): string {
  if (firstDifference !== null && now && before) {
    const lines = diffOutputs(sideText(before, false).join('\n'), sideText(now, false).join('\n'))
    return `${title}, old (-) and new (+):\n\n${codeBlock(shorten(folded(lines)).join('\n'), 'diff')}`
  }
  const note = now ? (isSame ? ', unchanged' : '') : ' of the baseline; the candidate reported none'
  const lines = sideText(now ?? before ?? { lines: [], skipped: 0, left: 0 }, true)
  return `${title}${note}:\n\n${codeBlock(shorten(lines.flatMap((line) => wrap(line, lineWidth))).join('\n'))}`
}

const prefixes = { same: '  ', removed: '- ', added: '+ ' } as const

/** The lines of a diff, with runs of equal lines folded to their first and last. */
function folded(diff: readonly DiffLine[]): string[] {
  const lines: string[] = []
  for (let start = 0, end = 0; start < diff.length; start = end) {
    const kind = diff[start]?.kind ?? 'same'
    while (end < diff.length && diff[end]?.kind === kind) end += 1
    const run = diff.slice(start, end).flatMap(({ text }) => wrap(text, lineWidth).map((line) => prefixes[kind] + line))
    const isLong = kind === 'same' && run.length > 4
    lines.push(...(isLong ? [run[0] ?? '', `  … ${run.length - 2} equal lines`, run.at(-1) ?? ''] : run))
  }
  return lines
}

function shorten(lines: readonly string[]): string[] {
  const left = lines.length - linesShown
  return left > 0 ? [...lines.slice(0, linesShown), `… ${formatAmount(left, 'more line')}`] : [...lines]
}
