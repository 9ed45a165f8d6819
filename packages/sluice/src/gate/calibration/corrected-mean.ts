import type { Calibration } from '../../records/report/calibration.ts'
import { type PpiSample, ppiMean, type RoganGladen, roganGladen, withTwoErrors } from '../../stats/index.ts'
import type { JudgedLabel } from './judged-labels.ts'
import { confidence, measuresOf, shareOf } from './measures.ts'

/** What the judge said of one item of an answer in a run. */
export interface RunVerdict {
  item: string
  cluster: string
  /** In [0,1]: the share of its repeats to which the judge said yes. */
  yes: number
  /** Of the item and of the case. */
  weight: number
}

const leastLabels = 10

/**
 * The judge's share of yes in a run, beside what it would be by people: by PPI++, with two errors added to the labels, and
 * by Rogan and Gladen. Both take the labelled outputs for a random part of what the run judged, once each is weighted by the
 * probability with which it was drawn, and each item as it is in the run. Items without labels are left out.
 */
export function correctedMean(
  labels: readonly JudgedLabel[],
  allOfRun: readonly RunVerdict[],
): Calibration['corrected'] {
  const inLabels = sumByItem(labels)
  const run = allOfRun.filter(({ item }) => inLabels.has(item))
  const inRun = sumByItem(run)
  const total = run.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) return null
  const raw = run.reduce((sum, { weight, yes }) => sum + yes * weight, 0) / total
  const known = { raw, answers: run.length }
  if (labels.length < leastLabels) {
    const why = `fewer than ${leastLabels} labels`
    return { ...known, ppi: null, roganGladen: null, why }
  }
  const sample: PpiSample = {
    humanLabels: labels.map(({ human }) => Number(human === 'yes')),
    judgeOnLabeled: labels.map(({ verdicts }) => shareOf(verdicts, 'yes')),
    judgeUnlabeled: run.map(({ yes }) => yes),
    alpha: 1 - confidence,
    weights: labels.map(({ weight, item }) => (weight * (inRun.get(item) ?? 0)) / (inLabels.get(item) ?? 1)),
    unlabeledWeights: run.map(({ weight }) => weight),
    clusters: { labeled: labels.map(({ cluster }) => cluster), unlabeled: run.map(({ cluster }) => cluster) },
  }
  const ppi = ppiMean(withTwoErrors(sample))
  const gladen = gladenOf(labels, { yes: raw * run.length, count: run.length })
  return {
    ...known,
    ppi: ppi ? { value: inUnit(ppi.estimate), low: inUnit(ppi.ciLow), high: inUnit(ppi.ciHigh) } : null,
    roganGladen: 'reason' in gladen ? null : intervalOf(gladen),
    why: 'reason' in gladen ? `by Rogan and Gladen: ${gladen.reason}` : null,
  }
}

function sumByItem(rows: readonly { item: string; weight: number }[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { item, weight } of rows) sums.set(item, (sums.get(item) ?? 0) + weight)
  return sums
}

function gladenOf(labels: readonly JudgedLabel[], { yes, count }: { yes: number; count: number }) {
  const { tpr, tnr, confusion } = measuresOf(labels, { minKappa: 0, minTpr: null, minTnr: null })
  const labelled = (row: { yes: number; no: number; cannotTell: number }) => row.yes + row.no + row.cannotTell
  const [pos, neg] = [labelled(confusion.yes), labelled(confusion.no)]
  return roganGladen({
    tp: (tpr?.value ?? 0) * pos,
    pos,
    tn: (tnr?.value ?? 0) * neg,
    neg,
    judgePos: yes,
    N: count,
  })
}

function intervalOf({ estimate, raw, se }: RoganGladen) {
  return { value: estimate, low: inUnit(raw - 1.96 * se), high: inUnit(raw + 1.96 * se) }
}

const inUnit = (value: number) => Math.min(1, Math.max(0, value))
