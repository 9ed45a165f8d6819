import type { SpendingRow } from '../../core/answers/spending.ts'

/** What calls have cost together. */
export interface CostSum {
  /** USD of the calls with a known price; null where no call has one. */
  usd: number | null
  calls: number
  unpricedCalls: number
}

export interface CostGroup extends CostSum {
  name: string
}

/** Evaluation beside production. */
export interface ProductionShare {
  productionUsd: number
  /** Evaluation / production; null where it cannot be told. A lower bound while there are unpriced calls. */
  share: number | null
  /** Against the rule of thumb of 1 to 5 % of production spend. */
  band: 'below' | 'within' | 'above' | 'unknown'
}

export interface CostReport {
  schema: 'sluice.costs/1'
  /** YYYY-MM-DD of the first and last day with spending; null without any. */
  from: string | null
  to: string | null
  total: CostSum
  byFeature: CostGroup[]
  byDay: CostGroup[]
  byModel: CostGroup[]
  byCommand: CostGroup[]
  /** `generation` and `judge`. */
  byStage: CostGroup[]
  production: ProductionShare | null
  rows: SpendingRow[]
}

const band = { low: 0.01, high: 0.05 }

/** Sums up spending. `productionUsd` is what production has cost over the same days. */
export function summarizeCosts(rows: readonly SpendingRow[], productionUsd?: number): CostReport {
  const days = rows.map(({ day }) => day).sort()
  const total = sumOf(rows)
  const by = (key: 'feature' | 'model' | 'command' | 'stage') => groupsOf(rows, key).sort(dearestFirst)
  return {
    schema: 'sluice.costs/1',
    from: days[0] ?? null,
    to: days.at(-1) ?? null,
    total,
    byFeature: by('feature'),
    byDay: groupsOf(rows, 'day').sort((a, b) => (a.name < b.name ? -1 : 1)),
    byModel: by('model'),
    byCommand: by('command'),
    byStage: by('stage'),
    production: productionUsd === undefined ? null : productionShare(total, productionUsd),
    rows: [...rows],
  }
}

function groupsOf(rows: readonly SpendingRow[], key: 'feature' | 'day' | 'model' | 'command' | 'stage'): CostGroup[] {
  return [...Map.groupBy(rows, (row) => row[key])].map(([name, group]) => ({ name, ...sumOf(group) }))
}

function sumOf(rows: readonly SpendingRow[]): CostSum {
  const sum = (value: (row: SpendingRow) => number) => rows.reduce((total, row) => total + value(row), 0)
  const calls = sum((row) => row.calls)
  const unpricedCalls = sum((row) => row.unpricedCalls)
  const usd = sum((row) => row.usd)
  return { usd: calls > 0 && unpricedCalls === calls ? null : usd, calls, unpricedCalls }
}

function dearestFirst(a: CostGroup, b: CostGroup): number {
  return (b.usd ?? -1) - (a.usd ?? -1) || b.calls - a.calls || (a.name < b.name ? -1 : 1)
}

/** With unpriced calls the true share is larger: then only "above" is certain. */
function productionShare({ usd, unpricedCalls }: CostSum, productionUsd: number): ProductionShare {
  if (usd === null || productionUsd <= 0) return { productionUsd, share: null, band: 'unknown' }
  const share = usd / productionUsd
  const known = share > band.high ? 'above' : share < band.low ? 'below' : 'within'
  return { productionUsd, share, band: unpricedCalls > 0 && known !== 'above' ? 'unknown' : known }
}
