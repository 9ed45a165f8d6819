import type { BoundedEstimate, CalibrationMeasures, Confusion } from '../../records/report/calibration.ts'
import {
  type CellWeight,
  type KappaDistance,
  kappaInterval,
  stratifiedKappa,
  weightedProportion,
} from '../../stats/index.ts'
import type { JudgedLabel } from './judged-labels.ts'
import { type JudgeRate, type JudgeRule, mayGate } from './may-gate.ts'

/** The confidence of every interval that is measured of a judge. */
export const confidence = 0.95
/** No, cannot tell, yes. A judge that cannot tell has not agreed. */
const levels = 3
const levelOf = { no: 0, unclear: 1, cannot_tell: 1, yes: 2 }

/** What the labels of one item, or of several, say about the judge. */
export function measuresOf(labels: readonly JudgedLabel[], rule: JudgeRule): CalibrationMeasures {
  const heaviest = labels.reduce((most, { weight }) => Math.max(most, weight), 0)
  const tpr = rateOf(labels, 'yes', heaviest)
  const tnr = rateOf(labels, 'no', heaviest)
  const cells = cellsOf(
    labels.map(({ item, cluster, human, verdicts, weight }) => ({ item, cluster, human, verdicts, weight })),
  )
  const whyNoKappa = undefinedBecause(labels)
  const kappa = whyNoKappa === null ? kappaOf(cells, 'nominal') : null
  const qwk = whyNoKappa === null ? kappaOf(cells, 'quadratic') : null
  const ruled = { labels: labels.length, kappa, whyNoKappa, tpr, tnr }
  return {
    labels: labels.length,
    cases: new Set(labels.map(({ cluster }) => cluster)).size,
    confusion: confusionOf(labels),
    tpr: tpr && { value: tpr.value, low: tpr.low, high: tpr.high },
    tnr: tnr && { value: tnr.value, low: tnr.low, high: tnr.high },
    exact: exactOf(labels),
    kappa,
    qwk,
    whyNoKappa,
    ...mayGate(ruled, rule),
  }
}

/**
 * Where each item has labels of one kind only there is nothing to tell apart, so agreement beyond chance is not
 * defined.
 */
function undefinedBecause(labels: readonly JudgedLabel[]): string | null {
  if (labels.length === 0) return 'there are no labels'
  const items = Map.groupBy(labels, ({ item }) => item)
  if ([...items.values()].some((own) => new Set(own.map(({ human }) => human)).size > 1)) return null
  const kinds = new Set(labels.map(({ human }) => human))
  const [only] = kinds
  return kinds.size === 1
    ? `people said ${only} of everything, so there is nothing to tell apart: label outputs that seem ${only === 'yes' ? 'bad' : 'good'}`
    : 'people said of each item always the same, so there is nothing to tell apart'
}

/** How often the judge says what people say, of what they call good or bad. */
export function rateOf(labels: readonly JudgedLabel[], human: 'yes' | 'no', heaviest: number): JudgeRate | null {
  const own = labels.filter((label) => label.human === human)
  const found = weightedProportion(
    own.map(({ verdicts }) => shareOf(verdicts, human)),
    own.map(({ weight }) => weight),
    own.map(({ cluster }) => cluster),
    { confidence, heaviest },
  )
  return found ? { value: found.share, low: found.low, high: found.high, trials: found.trials } : null
}

export function shareOf<T>(verdicts: readonly T[], wanted: T): number {
  return verdicts.filter((verdict) => verdict === wanted).length / verdicts.length
}

function exactOf(labels: readonly JudgedLabel[]): number | null {
  let [same, total] = [0, 0]
  for (const { human, verdicts, weight } of labels) {
    same += weight * shareOf(verdicts, human)
    total += weight
  }
  return total === 0 ? null : same / total
}

function confusionOf(labels: readonly JudgedLabel[]): Confusion {
  const row = (wanted: 'yes' | 'no') => {
    const own = labels.filter(({ human }) => human === wanted)
    const sum = (verdict: JudgedLabel['verdicts'][number]) =>
      own.reduce((total, { verdicts }) => total + shareOf(verdicts, verdict), 0)
    return { yes: sum('yes'), no: sum('no'), cannotTell: sum('cannot_tell') }
  }
  return { yes: row('yes'), no: row('no') }
}

interface Rating {
  item: string
  cluster: string
  human: keyof typeof levelOf
  verdicts: readonly (keyof typeof levelOf)[]
  weight: number
}

interface Cells {
  clusters: CellWeight[][]
  tables: number
}

/** What each cluster adds to the table of each item; several verdicts on one output share its weight. */
export function cellsOf(ratings: readonly Rating[]): Cells {
  const tables = new Map<string, number>()
  const clusters = new Map<string, CellWeight[]>()
  for (const { item, cluster, human, verdicts, weight } of ratings) {
    const table = tables.get(item) ?? tables.size
    tables.set(item, table)
    const cells = clusters.get(cluster) ?? []
    clusters.set(cluster, cells)
    for (const verdict of verdicts)
      cells.push({ table, cell: levelOf[human] * levels + levelOf[verdict], weight: weight / verdicts.length })
  }
  return { clusters: [...clusters.values()], tables: tables.size }
}

export function kappaOf({ clusters, tables }: Cells, distance: KappaDistance): BoundedEstimate | null {
  const sums = new Float64Array(tables * levels * levels)
  for (const { table, cell, weight } of clusters.flat()) {
    const place = table * levels * levels + cell
    sums[place] = (sums[place] ?? 0) + weight
  }
  const value = stratifiedKappa(sums, levels, distance)
  if (value === null) return null
  const interval = kappaInterval(clusters, { confidence, levels, distance, tables })
  return {
    value,
    low: interval ? Math.min(value, interval.low) : null,
    high: interval ? Math.max(value, interval.high) : null,
  }
}
