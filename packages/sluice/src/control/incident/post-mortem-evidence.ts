import { eValueOf, eValueText, evidenceInWords } from '../../charts/evidence-scale.ts'
import { formatCount, formatDuration, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { codeSpan, inlineText } from '../../text/markdown-escape.ts'
import { signalNames } from '../rollout/assessment/signal-names.ts'
import { sizeText } from '../rollout/assessment/worse-so-far.ts'
import { highestText } from '../words/figures-text.ts'
import type { DecidingEvidence } from './deciding-evidence.ts'

type Arm = DecidingEvidence['canary']

const traits: [string, (arm: Arm) => string][] = [
  ['requests', ({ requests }) => formatCount(requests)],
  ['users', ({ users }) => formatCount(users)],
  ['judged', ({ judged }) => formatCount(judged)],
  ['mean score', ({ meanScore }) => formatScore(meanScore)],
  ['errors', ({ errorRate }) => formatPercent(errorRate)],
  ['refusals', ({ refusalRate }) => formatPercent(refusalRate)],
  ['invalid answers', ({ invalidRate }) => formatPercent(invalidRate)],
  ['slow requests', ({ slowRate }) => formatPercent(slowRate)],
  ['mean latency', ({ meanLatencyMs }) => formatDuration(meanLatencyMs)],
  ['mean cost', ({ meanCostUsd }) => formatUsd(meanCostUsd)],
]

/** What was known of the canary when it ended, as Markdown. */
export function evidenceSection(evidence: DecidingEvidence | null): string[] {
  if (evidence === null) return ['No evidence is on record: nothing had been decided from data when it ended.']
  const { words, incumbent, canary } = evidence
  return [
    inlineText(words),
    'Of all its stages:',
    [
      '| | incumbent | canary |',
      '|---|--:|--:|',
      ...traits.map(([name, of]) => `| ${name} | ${of(incumbent)} | ${of(canary)} |`),
    ].join('\n'),
    'Of its last stage, which decided:',
    signalTable(evidence),
    boundText(evidence),
  ]
}

function signalTable({ signals }: DecidingEvidence): string {
  const rows = signals.map(({ signal, weight, difference, logE }) =>
    [
      signalNames[signal] ?? alertedOnly[signal] ?? codeSpan(signal),
      formatPercent(weight),
      differenceText({ signal, difference }),
      logE === null ? 'n/a' : eValueText(eValueOf(logE)),
    ].join(' | '),
  )
  const head = '| signal | share of the error budget | canary minus incumbent | e-value against it |\n|---|--:|--:|--:|'
  return `${head}\n${rows.map((row) => `| ${row} |`).join('\n')}`
}

/** Signals that alert, and decide nothing. */
const alertedOnly: Record<string, string> = {
  cost: 'the cost of a request',
  overCost: 'the rate of very dear requests',
}

/** In the unit of the signal, with as many digits as the words have. */
function differenceText(one: Pick<DecidingEvidence['signals'][number], 'signal' | 'difference'>): string {
  const { signal, difference } = one
  if (difference === null) return 'n/a'
  const size = signal === 'cost' ? formatUsd(Math.abs(difference)) : sizeText(one)
  return `${difference < 0 ? '-' : '+'}${size}`
}

function boundText({ logE, threshold, anytimeP, alpha, interval, figures }: DecidingEvidence): string {
  const range =
    interval === null ? '' : ` Difference of the score: ${formatScore(interval.low)} to ${formatScore(interval.high)}.`
  const [seen, needed] = [logE, threshold].map((log) => eValueText(eValueOf(log)))
  const words = evidenceInWords(eValueOf(logE))
  const highest = figures === undefined ? '' : ` Its highest was ${highestText(figures.against)}.`
  return (
    `Together the e-value against it was ${seen} of the ${needed} that roll back, ${words}; p = ${anytimeP.toPrecision(2)} ` +
    `at any time.${highest} A canary that is no worse is rolled back in ${formatPercent(alpha)} of all cases at most.${range}`
  )
}
