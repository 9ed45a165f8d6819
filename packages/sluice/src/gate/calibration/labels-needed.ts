import type { Calibration, CalibrationMeasures } from '../../records/report/calibration.ts'
import { formatAmount } from '../../text/format.ts'
import type { CurrentLabel } from '../labels/read-labels.ts'
import { leastLabels, rulingText } from './may-gate.ts'

/** How far the labels of one rubric item have come. An output counts once, however many people have labelled it. */
export interface ItemProgress {
  item: string
  /** Outputs of which more people say yes than no, and the other way round. Others count for nothing. */
  yes: number
  no: number
  /** What the calibration found by the labels of its time; null before the first one. */
  ruling: Pick<CalibrationMeasures, 'verdict' | 'labels' | 'labelsNeeded' | 'whyNoKappa'> | null
}

/**
 * The progress of each item, in the order given.
 * @param calibration by the labels before; made anew after each answer, it would tell whether the judge has said the
 * same
 */
export function stillNeeded(
  labels: Iterable<CurrentLabel>,
  items: readonly string[],
  calibration: Calibration | null,
): ItemProgress[] {
  const balances = new Map(items.map((item) => [item, new Map<string, number>()]))
  for (const { item, case: id, output, verdict } of labels) {
    const balance = balances.get(item)
    const key = `${output} ${id}`
    balance?.set(key, (balance.get(key) ?? 0) + { yes: 1, no: -1, unclear: 0 }[verdict])
  }
  return items.map((item) => {
    const balance = [...(balances.get(item)?.values() ?? [])]
    const [yes, no] = [balance.filter((sum) => sum > 0).length, balance.filter((sum) => sum < 0).length]
    const ruling = calibration?.items.find((row) => row.item === item && row.labels > 0) ?? null
    return { item, yes, no, ruling }
  })
}

/**
 * What is still needed by the rule of `sluice judge calibrate`: what it asked for by the labels before, less those
 * since; before the first calibration the fewest that it looks at. `actions: 31 labels (27 yes, 4 no): too few labels
 * (12 more)`.
 */
export function progressText({ item, yes, no, ruling }: ItemProgress): string {
  const labels = yes + no
  const head = `${item}: ${formatAmount(labels, 'label')} (${yes} yes, ${no} no)`
  if (ruling && ruling.verdict !== 'too few labels') return `${head}: ${ruling.verdict}, by the labels before`
  if (labels < leastLabels) return `${head}: ${rulingText('too few labels', leastLabels - labels)}`
  if (yes === 0 || no === 0) return `${head}: too few labels, since all are alike`
  if (!ruling || ruling.whyNoKappa !== null) return `${head}: enough for a calibration`
  const more = moreNeeded(ruling.labelsNeeded, labels - ruling.labels)
  if (more === null) return `${head}: too few labels, and more like these would not decide`
  return `${head}: ${more > 0 ? rulingText('too few labels', more) : 'enough for the next calibration'}`
}

/** What is left of the labels that a calibration asked for, after so many since; null stays null. */
export function moreNeeded(labelsNeeded: number | null, since: number): number | null {
  return labelsNeeded === null ? null : Math.max(0, labelsNeeded - Math.max(0, since))
}
