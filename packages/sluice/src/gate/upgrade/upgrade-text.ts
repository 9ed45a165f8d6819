import type {
  Contest,
  JudgeBridge,
  UpgradeFeature,
  UpgradeJudge,
  UpgradeReport,
} from '../../records/report/upgrade-report.ts'
import {
  formatAmount,
  formatChange,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../text/format.ts'
import { type Cell, columns } from '../../text/layout.ts'
import { inlineText } from '../../text/markdown-escape.ts'
import { visibleData } from '../../text/untrusted.ts'
import { bridgeSentence } from '../nightly/judge-bridges.ts'
import { type Flags, reproduction } from '../report/reproduction.ts'

/** How the command was given. */
export interface AskedUpgrade {
  /** It writes the change itself, so there is nothing to give it again for. */
  isWritten: boolean
  /** Flags that a rerun needs to find the same. */
  flags: Flags
}

const heads = ['feature', 'model', 'difference', 'interval', 'p (Holm)', 'score', 'an answer', 'p50', '']

/** What was found, for a terminal: one table of all candidates, then a proposal for each feature. */
export function upgradeText(report: UpgradeReport, width: number, asked: AskedUpgrade): string {
  const { from, to, features, judge, notes } = visibleData(report)
  const blocks = [
    [`Leaving ${from} for ${to.join(' or ')}`],
    notes,
    features.length === 0
      ? []
      : [...columns([heads.map(cell), ...features.flatMap(rowsOf)], width), '', caption(report)],
    features.map(featureLine),
    features.flatMap((feature) => reasonLines(feature)),
    judge ? judgeLines(judge) : [],
    [costLine(report)],
    nextLines(report, asked),
  ]
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'))
  return `${text.join('\n\n')}\n`
}

/** The report as Markdown. */
export function upgradeMarkdown(report: UpgradeReport): string {
  const { from, to, features, judge, notes } = report
  const row = (cells: readonly string[]) => `| ${cells.map(inlineText).join(' | ')} |`
  const table = [
    row(heads),
    row(heads.map(() => '---')),
    ...features.flatMap(rowsOf).map((cells) => row(cells.map(({ text }) => text))),
  ]
  const blocks = [
    [`# ${inlineText(`Leaving ${from} for ${to.join(' or ')}`)}`],
    notes.map(item),
    features.length === 0 ? [] : table,
    features.length === 0 ? [] : [caption(report)],
    features.map((feature) => item(featureLine(feature))),
    features.flatMap(reasonLines).map(item),
    judge ? judgeLines(judge).map(item) : [],
    [costLine(report)],
  ]
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'))
  return `${text.join('\n\n')}\n`
}

/** An item of a list; what models and files say has no effect in it. */
const item = (line: string) => `- ${inlineText(line.trim())}`

const cell = (text: string): Cell => ({ text })

function rowsOf(feature: UpgradeFeature): Cell[][] {
  const { feature: name, model, score, usdPerAnswer, latencyP50Ms, contests } = feature
  const now = [
    name,
    model,
    '',
    '',
    '',
    formatScore(score),
    formatUsd(usdPerAnswer),
    formatDuration(latencyP50Ms),
    'now',
  ]
  return [now, ...contests.map((contest) => contestRow(contest))].map((row) => row.map(cell))
}

function contestRow(contest: Contest): string[] {
  const { model, meanDifference, pAdjusted, score, usdPerAnswer, latencyP50Ms, outcome } = contest
  return [
    '',
    model,
    formatChange(meanDifference),
    formatInterval(contest, formatChange),
    pAdjusted === null ? 'n/a' : pAdjusted < 0.001 ? '<0.001' : pAdjusted.toFixed(3),
    formatScore(score),
    formatUsd(usdPerAnswer),
    formatDuration(latencyP50Ms),
    outcome,
  ]
}

function caption({ comparisons, confidence }: UpgradeReport): string {
  const held = formatPercent(confidence)
  if (comparisons === 1) return `passes: shown to be no worse than the margin allows. The interval holds at ${held}.`
  const count = formatAmount(comparisons, 'comparison')
  return `passes: shown to be no worse than the margin allows, with all ${count} in mind (Holm). The intervals hold together at ${held}.`
}

function featureLine({ feature, proposal, reason, suite, repeats }: UpgradeFeature): string {
  const by = suite === null ? '' : ` [suite ${suite}, ${formatAmount(repeats, 'answer')} per case]`
  return `${feature}: ${proposal === null ? reason : `${proposal}, ${reason}`}${by}`
}

function reasonLines({ feature, contests, notes }: UpgradeFeature): string[] {
  return [
    ...notes.map((note) => `${feature}: ${note}`),
    ...contests.flatMap(({ model, reasons, unscoredOfCandidate: unscored, causes }) => [
      ...reasons.map((reason) => `${feature}, ${model}: ${reason}`),
      ...(unscored > 0
        ? [`${feature}, ${model}: ${formatAmount(unscored, 'answer')} without a score; they are no zeros.`]
        : []),
      ...causes.map((cause) => `${feature}, ${model}: no score: ${cause}`),
    ]),
  ]
}

function judgeLines({ model, candidates, proposal, reason }: UpgradeJudge): string[] {
  return [
    `judge ${model}: ${proposal === null ? reason : `${proposal}, ${reason}`}`,
    ...candidates.flatMap(({ model: to, bridges, reasons: faults }) => [
      ...faults.map((fault) => `  ${to}: the bridge does not stand: ${fault}`),
      ...bridges.flatMap(bridgeLines),
    ]),
  ]
}

function bridgeLines(bridge: JudgeBridge): string[] {
  const { feature, items, notes, compared, cases } = bridge
  return [
    `  ${feature}: ${bridgeSentence(bridge)}${compared < cases ? ` ${cases - compared} of ${cases} cases could not be compared.` : ''}`,
    ...items.map(
      ({ id, compared: answers, agreed, scoreBefore, scoreAfter, kappa }) =>
        `    ${id}: the same on ${agreed} of ${answers} answers${kappa ? ` (kappa ${formatScore(kappa.value)})` : ''}; ${formatScore(scoreBefore)} → ${formatScore(scoreAfter)}`,
    ),
    ...notes.map((note) => `    ${note}`),
  ]
}

function costLine({ usd, unpricedCalls }: UpgradeReport): string {
  const unpriced = unpricedCalls > 0 ? `; ${formatAmount(unpricedCalls, 'call')} without a known price` : ''
  return `This run cost ${formatUsd(usd)}${unpriced}. What was answered is kept, so a rerun pays for nothing that it has.`
}

/** How the proposals come to production, where there are any. */
function nextLines({ features, judge, from, to }: UpgradeReport, { isWritten, flags }: AskedUpgrade): string[] {
  const ready = features.flatMap(({ feature, proposal, contests }) => {
    const version = contests.find(({ model }) => model === proposal)?.version
    return version === undefined ? [] : [{ feature, version }]
  })
  if (ready.length === 0 && !judge?.proposal) return []
  const again = reproduction(['upgrade'], { '--from': from, '--to': to, ...flags })
  return [
    ...(isWritten ? [] : [`Next: ${again} --write   # or --pull-request`]),
    ...(ready.length > 0 ? ['Then to a growing share of the users:'] : []),
    ...ready.map(({ feature, version }) => `  sluice publish ${feature} && sluice rollout start ${feature} ${version}`),
  ]
}
