import type { DrillRate, DrillReport } from '../../records/report/drill-report.ts'
import { formatAmount, formatCount, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { visibleData } from '../../text/untrusted.ts'
import { strengths } from './plan-mutants.ts'

/** What a drill found, for a terminal. */
export function drillText(given: DrillReport, width: number): string {
  const report = visibleData(given)
  const blocks = [
    headOf(report).flatMap((text) => wrap(text, width)),
    report.message === null ? [] : wrap(report.message, width),
    report.rates.length === 0 ? [] : rateTable(report, width),
    captions(report).flatMap((text) => wrap(text, width)),
    [...report.notApplicable.map(notApplicableLine), ...report.notes].flatMap((text) => wrap(`- ${text}`, width)),
    [...wrap(costLine(report), width), `Again: ${report.reproduce}`],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function headOf({ feature, suite, baseline, seed }: DrillReport): string[] {
  const { cases, answersPerCase, mean, detectableDrop, unchanged } = baseline
  const drop = detectableDrop === null ? '' : `, smallest detectable drop ${formatScore(detectableDrop)}`
  return [
    `Drill of ${feature}: suite ${suite}, ${formatAmount(cases, 'case')} with ${formatAmount(answersPerCase, 'answer')} each, seed ${seed}.`,
    `The version as it is: mean ${formatScore(mean)}${drop}. Unchanged, ${unchanged.failed} of ${unchanged.runs} runs failed and ${unchanged.held} were held.`,
  ]
}

function rateTable({ rates }: DrillReport, width: number): string[] {
  const right = (text: string): Cell => ({ text, align: 'right' })
  const head: Cell[] = [
    { text: 'mutator' },
    { text: 'strength' },
    ...['mutants', 'killed', 'held', 'survived', 'not judged', 'kill rate', '95 % interval'].map(right),
  ]
  const rows = rates.map((rate): Cell[] => [
    { text: rate.mutator ?? 'all' },
    { text: rate.strength },
    ...[rate.mutants, rate.killed, rate.held, rate.survived, rate.notJudged].map((each) => right(formatCount(each))),
    right(formatPercent(rate.rate)),
    right(intervalOf(rate)),
  ])
  return columns([head, ...rows], width)
}

function intervalOf({ low, high }: DrillRate): string {
  return low === null || high === null ? '' : `${formatPercent(low)} to ${formatPercent(high)}`
}

function captions({ rates }: DrillReport): string[] {
  if (rates.length === 0) return []
  const used = [...new Set(rates.map(({ strength }) => strength))]
  return [
    `${used.map((name) => `${name}: ${strengths[name].says}`).join('; ')}.`,
    'killed: the gate fails. held: it cannot decide, and blocks. survived: it passes. not judged: the judge could not be asked; in no rate. Intervals are exact and hold for mutants as this drill draws them.',
  ]
}

function notApplicableLine({ mutator, needs }: DrillReport['notApplicable'][number]): string {
  return `${mutator}: no case covers it. No answer of the suite has what it needs: ${needs}.`
}

function costLine({ calls, fromStore, fromRecordings, usd, unpricedCalls }: DrillReport): string {
  const sources = [
    formatAmount(calls, 'call'),
    ...(fromStore > 0 ? [`${formatCount(fromStore)} answered from the store`] : []),
    ...(fromRecordings > 0 ? [`${formatCount(fromRecordings)} from recordings`] : []),
  ]
  const unpriced = unpricedCalls > 0 ? `, ${formatAmount(unpricedCalls, 'call')} without a known price` : ''
  return `${sources.join(', ')}. This drill cost ${formatUsd(usd)}${unpriced}. What was answered is kept: the same command goes on where it stopped.`
}
