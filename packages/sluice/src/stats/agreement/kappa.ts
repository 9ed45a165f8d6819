import { type Random, seededRandom } from '../random.ts'

/** Weight in one cell of one table, e.g. what people called no and the judge yes, on one item. */
export interface CellWeight {
  table: number
  /** Row by row. */
  cell: number
  weight: number
}

export interface KappaDesign {
  /** In (0,1). */
  confidence: number
  levels: number
  distance: KappaDistance
  /** Tables, one for each item: what agreement by chance comes to is taken within each. */
  tables: number
  seed?: number
  draws?: number
}

/** 0 or 1, or squared for ordered levels. */
export type KappaDistance = 'nominal' | 'quadratic'

/**
 * Kappa over several tables, each row by row: 1 - (sum of distances seen) / (sum of distances expected by chance), with
 * chance taken within each table (Barlow, Lai & Azen 1991). Were the tables added up, a judge that says yes to one item
 * and no to another, whatever it reads, would seem to agree.
 *
 * @returns null where chance alone leaves no disagreement, as when both raters always say one and the same thing
 */
export function stratifiedKappa(cells: ArrayLike<number>, levels: number, distance: KappaDistance): number | null {
  const size = levels * levels
  let [seen, expected, total] = [0, 0, 0]
  const rows = new Float64Array(levels)
  const columns = new Float64Array(levels)
  for (let start = 0; start < cells.length; start += size) {
    let weight = 0
    rows.fill(0)
    columns.fill(0)
    for (let i = 0; i < size; i += 1) {
      const cell = cells[start + i] ?? 0
      const [row, column] = [Math.floor(i / levels), i % levels]
      rows[row] = (rows[row] ?? 0) + cell
      columns[column] = (columns[column] ?? 0) + cell
      weight += cell
      seen += cell * distanceOf(row, column, distance)
    }
    if (weight === 0) continue
    total += weight
    for (let i = 0; i < size; i += 1) {
      const [row, column] = [Math.floor(i / levels), i % levels]
      expected += (distanceOf(row, column, distance) * (rows[row] ?? 0) * (columns[column] ?? 0)) / weight
    }
  }
  return expected > total * 1e-12 ? 1 - seen / expected : null
}

function distanceOf(row: number, column: number, distance: KappaDistance): number {
  return distance === 'nominal' ? Number(row !== column) : (row - column) ** 2
}

const drawsOfFew = 2_000
const leastDraws = 200
const mostSteps = 10_000_000

/**
 * The interval of `stratifiedKappa` by a Bayesian bootstrap over clusters (Rubin 1981): each draw gives each cluster a
 * weight out of an exponential distribution. The lower end is of draws that also hold Jeffreys' prior, half a cluster
 * in each cell of full agreement and disagreement. Without it a judge that made no mistake on ten labels would be
 * called certain: nothing that is resampled shows a mistake. The upper end is of draws without it.
 *
 * @param clusters what each cluster adds to the cells
 * @returns undefined with fewer than two clusters
 */
export function kappaInterval(
  clusters: readonly (readonly CellWeight[])[],
  { confidence, levels, distance, tables, seed = 1, draws }: KappaDesign,
): { low: number; high: number } | undefined {
  if (clusters.length < 2) return undefined
  const groups = alike(clusters)
  const entries = groups.reduce((sum, { cells }) => sum + cells.length, 0)
  const count = draws ?? Math.max(leastDraws, Math.min(drawsOfFew, Math.floor(mostSteps / Math.max(1, entries))))
  const random = seededRandom(seed)
  const prior = priorOf(clusters, tables)
  const size = levels * levels
  const corners = [0, levels - 1, size - levels, size - 1]
  const cells = new Float64Array(tables * size)
  const lows: number[] = []
  const highs: number[] = []
  for (let draw = 0; draw < count; draw += 1) {
    cells.fill(0)
    for (const group of groups) {
      const share = gammaOf(group.count, random)
      for (const { table, cell, weight } of group.cells) {
        const place = table * size + cell
        cells[place] = (cells[place] ?? 0) + share * weight
      }
    }
    highs.push(stratifiedKappa(cells, levels, distance) ?? 1)
    for (let table = 0; table < tables; table += 1)
      for (const corner of corners) {
        const place = table * size + corner
        cells[place] = (cells[place] ?? 0) + (prior[table] ?? 0) * gammaOfHalf(random)
      }
    lows.push(stratifiedKappa(cells, levels, distance) ?? -1)
  }
  const tail = (1 - confidence) / 2
  return { low: quantile(lows, tail), high: quantile(highs, 1 - tail) }
}

/** The weight of an average cluster in each table; where weights are uneven, that of one of fewer, equal clusters. */
function priorOf(clusters: readonly (readonly CellWeight[])[], tables: number): Float64Array {
  const inTable = new Float64Array(tables)
  let [total, squares] = [0, 0]
  for (const cluster of clusters) {
    let own = 0
    for (const { table, weight } of cluster) {
      own += weight
      inTable[table] = (inTable[table] ?? 0) + weight
    }
    total += own
    squares += own * own
  }
  const effective = total === 0 ? 1 : (total * total) / squares
  return inTable.map((weight) => weight / effective)
}

/** Clusters that add the same to the same cells, counted: their exponential weights add up to one gamma variate. */
function alike(clusters: readonly (readonly CellWeight[])[]): { cells: readonly CellWeight[]; count: number }[] {
  const groups = new Map<string, { cells: readonly CellWeight[]; count: number }>()
  for (const cells of clusters) {
    const key = cells.map(({ table, cell, weight }) => `${table} ${cell} ${weight}`).join(',')
    const group = groups.get(key)
    if (group) group.count += 1
    else groups.set(key, { cells, count: 1 })
  }
  return [...groups.values()]
}

/** A gamma variate of a whole shape from 1 (Marsaglia & Tsang 2000). */
function gammaOf(shape: number, random: Random): number {
  if (shape === 1) return -Math.log(random.uniform())
  const d = shape - 1 / 3
  for (;;) {
    const x = random.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A gamma variate of shape 1/2: half a squared normal one. */
function gammaOfHalf(random: Random): number {
  return random.normal() ** 2 / 2
}

function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] ?? Number.NaN
}
