import type { Quantile, Share } from '../../packages/sluice/src/control/simulate/simulation-summary.ts'
import { type Chance, reliability } from './foretold.ts'
import type { Holds, Measured } from './measure.ts'
import type { Claim, Row } from './row.ts'

/** Rows with what was measured, as a section of Markdown. */
export function tableOf(heading: string, rows: readonly { row: Row; measured: Measured }[]): string {
  const compares = rows.some(({ row }) => row.elsewhere !== undefined)
  const columns: [name: string, cell: (row: Row, measured: Measured) => string][] = [
    ['world', ({ name }) => name],
    ['runs', (_, { runs }) => String(runs)],
    ...columnsOf(rows[0]),
    ...(compares ? [['elsewhere', ({ elsewhere = '' }: Row) => elsewhere] as [string, (row: Row) => string]] : []),
    ['claim', (_, { claims }) => claims.map(({ claim }) => claimText(claim)).join('; ')],
    ['holds', (_, { claims }) => claims.map(({ holds }) => marks[holds]).join('; ')],
  ]
  return [
    `### ${heading}`,
    '',
    `| ${columns.map(([name]) => name).join(' | ')} |`,
    `|${columns.map(() => '---').join('|')}|`,
    ...rows.map(({ row, measured }) => `| ${columns.map(([, cell]) => cell(row, measured)).join(' | ')} |`),
    ...reliabilityLines(rows.flatMap(({ measured }) => (measured.foretold ? [measured.foretold] : []))),
  ].join('\n')
}

/** All rows of a table are of one kind. */
function columnsOf(one: { row: Row; measured: Measured } | undefined): Column[] {
  if (one && 'drift' in one.row.play) return driftColumns
  return one?.measured.foretold ? forecastColumns : canaryColumns
}

function reliabilityLines(worlds: readonly (readonly Chance[])[]): string[] {
  if (worlds.length === 0) return []
  const lines = reliability(worlds).map(({ from, to, statements, forecast, observed, error }) => {
    const cells = [
      `${percent(from)} to ${percent(to)} %`,
      statements,
      percent(forecast, 1),
      percent(observed, 1),
      percent(error, 1),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['', '| said, % | statements | said on average | came true | s.e. |', '|---|---|---|---|---|', ...lines]
}

/** A row by itself, while the others are still played. */
export function rowText(row: Row, measured: Measured): string {
  const columns = columnsOf({ row, measured })
  const found = columns.flatMap(([name, cell]) => {
    const text = cell(row, measured)
    return text === '' ? [] : [`${name} ${text}`]
  })
  const claims = measured.claims.map(({ claim, holds }) => `${claimText(claim)}: ${marks[holds]}`)
  return `"${row.name}", ${measured.runs} runs: ${[...found, ...claims].join(', ')}`
}

const marks: Record<Holds, string> = { yes: 'yes', open: 'open', no: '**no**' }

type Column = [name: string, cell: (row: Row, measured: Measured) => string]

const canaryColumns: Column[] = [
  ['rolled back', (_, { rolledBack }) => withInterval(rolledBack)],
  ['hours until, median', (_, { summary }) => hours(summary?.delayHours?.median)],
  ['canary requests until, mean', (_, { delay }) => meanText(delay)],
  ['promoted strongly', (_, { strong }) => shareText(strong)],
  ['weakly', (_, { weak }) => shareText(weak)],
]

const forecastColumns: Column[] = [24, 48, 96].map((hours) => [
  `by ${hours} h promoted, rolled back: said / came, %`,
  (_, { foretold }) =>
    (foretold ?? [])
      .filter((one) => one.hours === hours && one.result !== 'undecided')
      .map(({ forecast, observed }) => `${percent(forecast)} / ${percent(observed.count / observed.of)}`)
      .join(', '),
])

const driftColumns: Column[] = [
  [
    'alarms',
    (_, { watch }) => (watch ? `${watch.alarms.mean.toFixed(2)}, at most ${watch.alarms.high.toFixed(2)}` : ''),
  ],
  ['half found within', (row, { watch }) => (isChange(row) ? `${watch?.half?.toFixed(0) ?? 'never'} h` : '')],
  ['90 % within', (row, { watch }) => (isChange(row) ? `${watch?.most?.toFixed(0) ?? 'never'} h` : '')],
]

function isChange({ play }: Row): boolean {
  return 'drift' in play && play.drift.change !== undefined
}

export function claimText(claim: Claim): string {
  switch (claim.of) {
    case 'falseRollback':
      return `wrongly rolled back ≤ ${claim.atMost}`
    case 'strong':
      return `strongly ≤ ${claim.atMost}`
    case 'promoted':
      return `promoted ≥ ${claim.atLeast}`
    case 'found':
      return `found ≥ ${claim.atLeast}`
    case 'costAlert':
      return `cost alert ${'atMost' in claim ? `≤ ${claim.atMost}` : `≥ ${claim.atLeast}`}`
    case 'delay':
      return `≤ ${claim.atMost} requests`
    case 'forecast':
      return `each within ${percent(claim.within)} points`
    case 'alarms':
      return `alarms ≤ ${claim.atMost}`
    case 'foundWithin':
      return `half within ${claim.hours} h`
  }
}

const percent = (share: number, digits = 0) => (100 * share).toFixed(digits)

function withInterval(found: Share | null): string {
  if (!found || found.share === null || found.low === null || found.high === null) return ''
  return `${found.share.toFixed(3)} (${found.low.toFixed(3)} to ${found.high.toFixed(3)})`
}

function shareText(found: Share | null): string {
  return found?.share == null ? '' : found.share.toFixed(3)
}

function hours(found: Quantile | undefined): string {
  if (!found) return ''
  return found.value === null ? 'never' : found.value.toFixed(1)
}

function meanText({ mean, error, count }: { mean: number; error: number; count: number }): string {
  if (count === 0) return ''
  return `${mean.toFixed(mean < 100 ? 1 : 0)} ± ${error.toFixed(error < 10 ? 1 : 0)}`
}
