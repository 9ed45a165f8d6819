import type { BoundedEstimate, Calibration } from '../../records/report/calibration.ts'
import { type PpiSample, ppiMean, roganGladen, withTwoErrors } from '../../stats/index.ts'
import { confidence, rateOf, shareOf } from './judge-measures.ts'
import type { JudgedLabel } from './judged-labels.ts'
import { leastLabels } from './may-gate.ts'

/** What the judge said of one item of the answers to a case in a run. */
export interface RunVerdict {
  item: string
  cluster: string
  /** In [0,1]: the share of its repeats to which the judge said yes. */
  yes: number
  /** The weight of the item times that of the case. */
  weight: number
}

/**
 * The judge's share of yes in a run, beside what it would be by people. PPI++ takes the labelled outputs for a random
 * part of what the run judged, so only those of the very version count, each weighted by the probability with which it
 * was drawn. Rogan and Gladen take the rates at which the judge is right for the same everywhere, so all labels count.
 * Each item weighs as it does in the run; items without labels are left out.
 */
export function correctedMean(
  labels: readonly JudgedLabel[],
  allOfRun: readonly RunVerdict[],
  version: string | undefined,
): Calibration['corrected'] {
  const labelled = new Set(labels.map(({ item }) => item))
  const run = allOfRun.filter(({ item }) => labelled.has(item))
  const total = run.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) return null
  const raw = run.reduce((sum, { weight, yes }) => sum + yes * weight, 0) / total
  const own = labels.filter((label) => label.version !== null && label.version === version)
  const enough = own.length >= leastLabels
  const gladen = labels.length < leastLabels ? `fewer than ${leastLabels} labels` : byRates(labels, raw, run.length)
  const why = [
    ...(enough ? [] : [`PPI++: ${own.length} labels on outputs of this version, ${leastLabels} are needed`]),
    ...(typeof gladen === 'string' ? [`Rogan and Gladen: ${gladen}`] : []),
  ]
  return {
    raw,
    answers: run.length,
    ppi: enough ? byPpi(own, run) : null,
    roganGladen: typeof gladen === 'string' ? null : gladen,
    why: why.length === 0 ? null : why.join('; '),
  }
}

function byPpi(labels: readonly JudgedLabel[], run: readonly RunVerdict[]): BoundedEstimate | null {
  const [inLabels, inRun] = [sumByItem(labels), sumByItem(run)]
  const sample: PpiSample = {
    humanLabels: labels.map(({ human }) => Number(human === 'yes')),
    judgeOnLabeled: labels.map(({ verdicts }) => shareOf(verdicts, 'yes')),
    judgeUnlabeled: run.map(({ yes }) => yes),
    alpha: 1 - confidence,
    weights: labels.map(({ weight, item }) => (weight * (inRun.get(item) ?? 0)) / (inLabels.get(item) ?? 1)),
    unlabeledWeights: run.map(({ weight }) => weight),
    clusters: { labeled: labels.map(({ cluster }) => cluster), unlabeled: run.map(({ cluster }) => cluster) },
  }
  const found = ppiMean(withTwoErrors(sample))
  return found ? { value: inUnit(found.estimate), low: inUnit(found.ciLow), high: inUnit(found.ciHigh) } : null
}

function sumByItem(rows: readonly { item: string; weight: number }[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { item, weight } of rows) sums.set(item, (sums.get(item) ?? 0) + weight)
  return sums
}

/**
 * The mean by rates of as many labels as they are worth, each with half a label more that is right and half a one that
 * is wrong.
 */
function byRates(labels: readonly JudgedLabel[], raw: number, count: number): BoundedEstimate | string {
  const heaviest = labels.reduce((most, { weight }) => Math.max(most, weight), 0)
  const [tpr, tnr] = [rateOf(labels, 'yes', heaviest), rateOf(labels, 'no', heaviest)]
  if (!tpr) return 'nothing was labelled yes'
  if (!tnr) return 'nothing was labelled no'
  const found = roganGladen({
    tp: tpr.value * tpr.trials + 0.5,
    pos: tpr.trials + 1,
    tn: tnr.value * tnr.trials + 0.5,
    neg: tnr.trials + 1,
    judgePos: raw * count,
    N: count,
  })
  if ('reason' in found) return found.reason
  const half = 1.96 * found.se
  return { value: found.estimate, low: inUnit(found.raw - half), high: inUnit(found.raw + half) }
}

const inUnit = (value: number) => Math.min(1, Math.max(0, value))
