import { ppmPerPercent } from '../../records/rollout/rollout-settings.ts'
import { formatCount, formatPercent, formatUsd } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { hourMs } from '../../time-units.ts'
import { forecastLines } from './forecast-text.ts'
import type { CanaryPlan, Found, Met } from './plan-canary.ts'
import type { Traffic } from './traffic.ts'
import { defaultsFor } from './traffic-defaults.ts'

/** The plan as text for a terminal of `width` columns; `unjudged`: why nothing is judged, null where something is. */
export function planText(plan: CanaryPlan, width = 80, unjudged: string | null = null): string {
  const { traffic, stages, alpha, drops, errors, latencies } = plan
  const users = traffic.users === null ? 'each from a new user' : `from ${formatCount(traffic.users)} users`
  const course = stages.map(({ percent, soakHours }) => `${round(percent)} % for ${shownHours(soakHours)}`).join(', ')
  return [
    `${formatCount(traffic.requestsPerDay)} requests a day ${users}, ${judgedText(traffic)}`,
    ...[
      `Stages: ${course}. At most ${formatPercent(alpha)} of canaries that are no worse are rolled back.`,
      'Found: when half, and nine of ten, of such canaries have been rolled back; users and cost up to the first.',
      ...(unjudged === null ? [] : [unjudged]),
    ].flatMap((line) => wrap(line, width)),
    '',
    ...(drops.length > 0 ? table('Score drops by', drops, ({ drop }) => drop.toFixed(2), width) : []),
    ...(errors.length > 0
      ? table(`Errors, now ${formatPercent(traffic.errorRate)}`, errors, ({ ratio }) => `x ${ratio}`, width)
      : []),
    ...(latencies.length > 0 ? table('Latency', latencies, ({ ratio }) => `x ${ratio}`, width) : []),
    ...forecastLines(plan.forecast, width),
    '',
    ...usualLines(plan, width),
    '',
  ].join('\n')
}

function judgedText({ judged, judgedIncumbents }: Traffic): string {
  if (judged === judgedIncumbents) return `${formatPercent(judged)} judged`
  return `${formatPercent(judged)} judged of the canary's, ${formatPercent(judgedIncumbents)} of the incumbent's`
}

function table<Row extends Found>(
  title: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  width: number,
): string[] {
  const head: Cell[] = ['half after', '9 of 10 after', 'canary users', 'judging'].map((text) => ({
    text,
    align: 'right',
  }))
  const lines = rows.map((row): Cell[] => [
    { text: `  ${nameOf(row)}` },
    { text: timeOf(row.median), align: 'right' },
    { text: timeOf(row.p90), align: 'right' },
    { text: row.median ? formatCount(Math.ceil(row.median.users)) : '', align: 'right' },
    { text: row.median ? formatUsd(row.median.judgeUsd) : '', align: 'right' },
  ])
  return [...columns([[{ text: title }, ...head], ...lines], width), '']
}

/** The stages, judging and margin of rates that suit this traffic, if they differ from the plan. */
function usualLines({ traffic, stages, flagMargin }: CanaryPlan, width: number): string[] {
  const usual = defaultsFor({ requestsPerDay: traffic.requestsPerDay, usersPerDay: traffic.users })
  if (!usual) return []
  const text = (list: CanaryPlan['stages']) =>
    list.map(({ percent, soakHours }) => `${round(percent)} % for ${shownHours(soakHours)}`).join(', ')
  const suggested = usual.stages.map(({ ppm, soakMs }) => ({
    percent: ppm / ppmPerPercent,
    soakHours: soakMs / hourMs,
  }))
  const isJudged = traffic.judged === usual.judgePercent / 100
  if (text(suggested) === text(stages) && isJudged && flagMargin === usual.flagMargin) return []
  const line = `Suits this traffic: ${text(suggested)}; ${usual.judgePercent} % judged; flagMargin ${usual.flagMargin}.`
  return wrap(line, width)
}

function timeOf(met: Met | null): string {
  return met ? shownHours(met.hours) : '-'
}

function shownHours(hours: number): string {
  if (hours < 1) return `${Math.ceil(hours * 60)} min`
  return hours < 48 ? `${hours.toFixed(1).replace('.0', '')} h` : `${(hours / 24).toFixed(1).replace('.0', '')} d`
}

const round = (percent: number) => Number(percent.toFixed(4))
