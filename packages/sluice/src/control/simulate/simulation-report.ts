import { formatCount, formatPercent } from '../../text/format.ts'
import { columns } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'
import type { Scenario } from './scenario.ts'
import type { Quantile, Share, SimulationSummary } from './simulation-summary.ts'

/** A scenario and the summary of its runs, as `sluice simulate` shows them. */
export interface SimulationReport {
  name: string
  scenario: Scenario
  summary: SimulationSummary
}

interface Line {
  what: string
  value: string
  interval: string
}

/** The report as text for a terminal of `width` columns. */
export function simulationText(report: SimulationReport, width = 80): string {
  const { name, scenario, summary } = report
  const rows = [{ what: '', value: '', interval: '95 % interval' }, ...linesOf(summary)]
  return [
    `${visibleLine(name)}: ${formatCount(summary.runs)} canaries, seed ${scenario.seed}`,
    ...(scenario.about === '' ? [] : [visibleLine(scenario.about)]),
    '',
    ...columns(
      rows.map(({ what, value, interval }) => [
        { text: what },
        { text: value, align: 'right' },
        { text: interval, align: 'right' },
      ]),
      width,
    ),
    '',
  ].join('\n')
}

/** The report as a Markdown section, with the command that repeats it. */
export function simulationMarkdown({ name, scenario, summary }: SimulationReport, command: string): string {
  return [
    `## ${visibleLine(name)}`,
    '',
    ...(scenario.about === '' ? [] : [visibleLine(scenario.about), '']),
    `${formatCount(summary.runs)} canaries, seed ${scenario.seed}: \`${command}\``,
    '',
    '| | simulated | 95 % interval |',
    '|---|---:|---:|',
    ...linesOf(summary).map(({ what, value, interval }) => `| ${what} | ${value} | ${interval} |`),
    '',
  ].join('\n')
}

function linesOf(summary: SimulationSummary): Line[] {
  const { detected, delayCanaryRequests, delayHours } = summary
  const quantiles = (unit: string, delay: SimulationSummary['delayHours'], digits: number) =>
    delay
      ? [
          quantileLine(`${unit} to the rollback, median`, delay.median, digits),
          quantileLine(`${unit} to the rollback, 90 %`, delay.p90, digits),
        ]
      : []
  return [
    shareLine('rolled back while no worse', summary.falseRollbacks),
    ...(detected ? [shareLine('worse and rolled back', detected)] : []),
    ...quantiles('canary requests', delayCanaryRequests, 0),
    ...quantiles('hours', delayHours, 1),
    shareLine('promoted', summary.promoted),
    ...(summary.promotedWeakly.count > 0 ? [shareLine('promoted weakly', summary.promotedWeakly)] : []),
    ...(summary.givenUp.count > 0 ? [shareLine('rolled back undecided', summary.givenUp)] : []),
    shareLine('inconclusive', summary.inconclusive),
    shareLine('undecided at the end', summary.undecided),
    shareLine('cost alert', summary.costAlerts),
  ]
}

function shareLine(what: string, { share, low, high, count, of }: Share): Line {
  if (share === null || low === null || high === null) return { what, value: `none of none`, interval: '' }
  return {
    what,
    value: `${formatPercent(share)} (${formatCount(count)} of ${formatCount(of)})`,
    interval: `${formatPercent(low)} to ${formatPercent(high)}`,
  }
}

function quantileLine(what: string, { value, low, high }: Quantile, digits: number): Line {
  const shown = (number: number | null) => (number === null ? 'never' : number.toFixed(digits))
  return { what, value: shown(value), interval: `${shown(low)} to ${shown(high)}` }
}
