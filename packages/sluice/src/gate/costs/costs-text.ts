import { formatAmount, formatCount, formatPercent, formatUsd } from '../../text/format.ts'
import { type Cell, columns } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'
import type { CostGroup, CostReport, CostSum, ProductionShare } from './summarize-costs.ts'

const daysShown = 14
const barWidth = 24

/** The costs as text for a terminal of `width` columns. */
export function costsText(report: CostReport, width = 80): string {
  if (report.total.calls === 0) return 'Nothing was paid: no model was asked in this time.\n'
  const { total, production, byFeature, byCommand, byModel, byStage, byDay } = report
  const table = (title: string, groups: readonly CostGroup[]) => [title, ...tableOf(groups, total, width), '']
  return [
    `${formatUsd(total.usd)} for ${calls(total)}, ${report.from} to ${report.to}`,
    ...unpricedNote(total),
    ...(production ? [productionSentence(production)] : []),
    '',
    ...table('feature', byFeature),
    ...table('command', byCommand),
    ...table('model', byModel),
    ...table('stage', byStage),
    byDay.length > daysShown ? `day (the last ${daysShown} of ${byDay.length})` : 'day',
    ...bars(byDay.slice(-daysShown), width),
    '',
  ].join('\n')
}

function tableOf(groups: readonly CostGroup[], total: CostSum, width: number): string[] {
  const rows = groups.map((group): Cell[] => [
    { text: `  ${visibleLine(group.name)}` },
    { text: formatUsd(group.usd), align: 'right' },
    { text: share(group, total), align: 'right' },
    { text: calls(group), align: 'right' },
  ])
  return columns(rows, width)
}

function bars(days: readonly CostGroup[], width: number): string[] {
  const most = Math.max(...days.map(({ usd }) => usd ?? 0))
  const rows = days.map((day): Cell[] => [
    { text: `  ${day.name}` },
    { text: most > 0 ? '█'.repeat(Math.ceil(((day.usd ?? 0) / most) * barWidth)) : '' },
    { text: formatUsd(day.usd), align: 'right' },
    { text: day.unpricedCalls > 0 ? `and ${formatCount(day.unpricedCalls)} unpriced` : '' },
  ])
  return columns(rows, width)
}

function share({ usd }: CostSum, total: CostSum): string {
  return usd === null || !total.usd ? '' : formatPercent(usd / total.usd)
}

function calls({ calls, unpricedCalls }: CostSum): string {
  const all = formatAmount(calls, 'call')
  return unpricedCalls > 0 ? `${all}, ${formatCount(unpricedCalls)} unpriced` : all
}

function unpricedNote({ unpricedCalls }: CostSum): string[] {
  if (unpricedCalls === 0) return []
  return [
    `${formatCount(unpricedCalls)} calls are unpriced: their cost is missing from every sum, not zero. Add their model to prices in sluice.yaml.`,
  ]
}

/** How evaluation compares with production, in one sentence. */
function productionSentence({ productionUsd, share, band: place }: ProductionShare): string {
  const production = `the ${formatUsd(productionUsd)} of production`
  const band = 'the rule of thumb of 1 to 5 %'
  if (share === null) return `The share of ${production} is unknown.`
  const percent = formatPercent(share)
  if (place === 'unknown')
    return `At least ${percent} of ${production}; the calls without a price are not in it (${band}).`
  if (place === 'within') return `${percent} of ${production}: within ${band}.`
  if (place === 'above') {
    return `${percent} of ${production}: above ${band}. A smaller fast suite, fewer repeats or a cheaper judge bring it down.`
  }
  return `${percent} of ${production}: below ${band}. There is room for more cases; sluice gate says what they would let it see.`
}
