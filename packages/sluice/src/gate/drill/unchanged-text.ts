import type { UnchangedCause, UnchangedRate, UnchangedReport } from '../../records/report/unchanged-report.ts'
import { formatAmount, formatCount, formatPercent, formatUsd } from '../../text/format.ts'
import { wrap } from '../../text/layout.ts'
import { visibleData } from '../../text/untrusted.ts'

/** What the gate did to an unchanged version, for a terminal. */
export function unchangedText(given: UnchangedReport, width: number): string {
  const report = visibleData(given)
  const { feature, suite, runs, cases, answersPerCase, message, causes, byJudge } = report
  const head = `${feature} unchanged: suite ${suite}, ${formatAmount(cases, 'case')} with ${formatAmount(answersPerCase, 'answer')} each, ${formatAmount(runs, 'run')} of the gate against itself.`
  const rates =
    message === null
      ? [
          `Blocked: ${shown(report.blocked, runs)}; failed: ${report.failed.runs}, undecided and held: ${report.blocked.runs - report.failed.runs}.`,
          `Passed weakly: ${shown(report.weakPasses, runs)}.`,
          ...causes.map((each) => `- ${causeNames[each.cause]}: ${shown(each, runs)}`),
          ...(byJudge ? [`- only because a question to the judge came out differently: ${shown(byJudge, runs)}`] : []),
        ]
      : [message]
  const ofJudge = report.judgeDoubt
    ? [
        `gate.judge ${report.judgeDoubt.blocks ? 'lets no run pass' : 'makes each pass weak'}: ${report.judgeDoubt.message}`,
      ]
    : []
  const lines = [head, ...rates, ...ofJudge, ...drawnLines(report), costLine(report), `Again: ${report.reproduce}`]
  return `${lines.flatMap((line) => wrap(line, width)).join('\n')}\n`
}

function shown({ runs, rate, low, high }: UnchangedRate, of: number): string {
  return `${formatCount(runs)} of ${formatCount(of)}, ${formatPercent(rate)} (95 % interval ${formatPercent(low)} to ${formatPercent(high)})`
}

const causeNames: Record<UnchangedCause, string> = {
  difference: 'the mean dropped by more than the margin',
  threshold: 'the mean is below the threshold',
  tags: 'a tag dropped',
  critical: 'a critical case failed',
  coverage: 'too few cases have a score',
  undecided: 'it could not be decided',
  judge: 'labels do not show that the judge is right',
}

function drawnLines({ drawnAgain, runs }: UnchangedReport): string[] {
  if (drawnAgain === null || runs === 0) return []
  const again =
    drawnAgain === 0
      ? 'No run drew an answer twice.'
      : `${formatPercent(drawnAgain)} of the draws repeat an answer within a run, which makes the rates less exact: --repeats asks for more answers.`
  return [`The intervals hold for runs dealt from these answers. ${again}`]
}

function costLine({ calls, fromStore, fromRecordings, usd }: UnchangedReport): string {
  const kept = fromStore + fromRecordings
  return `${formatAmount(calls, 'call')}, ${formatCount(kept)} answered from the store or from recordings; ${formatUsd(usd)}.`
}
