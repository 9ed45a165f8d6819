import type { Calibration } from '../../records/report/calibration.ts'
import { withInterval } from '../../records/report/calibration-summary.ts'
import { formatAmount, formatChange, formatScore } from '../../text/format.ts'

/** The judge's bias on one version beside that on the other. */
export function versionSentence({
  difference,
  low,
  high,
  limit,
  state,
}: NonNullable<Calibration['versionBias']>): string {
  const found = `the judge gives the candidate ${formatChange(difference)} [${formatChange(low)}, ${formatChange(high)}] more than people do, compared with the baseline`
  const ends = {
    'judge-limited': `more than half of the margin (${formatScore(limit)}): the verdict is judge-limited`,
    excluded: `less than half of the margin (${formatScore(limit)})`,
    open: `whether that is more than half of the margin (${formatScore(limit)}) is open`,
  }
  return `${found}; ${ends[state]}`
}

/** The mean of a run beside what people would have found. */
export function correctedSentence({ raw, ppi, roganGladen, why }: NonNullable<Calibration['corrected']>): string {
  const by = [
    ...(ppi ? [`${withInterval(ppi)} by PPI++`] : []),
    ...(roganGladen ? [`${withInterval(roganGladen)} by Rogan and Gladen`] : []),
  ]
  const corrected = by.length > 0 ? `people would give ${by.join(', ')}` : 'no corrected number'
  return `the judge's share of yes is ${formatScore(raw)}; ${corrected}${why === null ? '' : ` (${why})`}`
}

/** What labels say of the judge, with the command that goes on from there. Null stands for no labels at all. */
export function calibrationSentence(calibration: Calibration | null, feature: string): string {
  const label = `sluice judge label ${feature}`
  if (!calibration || calibration.state === 'unlabelled')
    return `The judge was never calibrated against human labels, so nobody knows whether its scores are right. Next: ${label}.`
  const { state, verdict, reason, labelsNeeded } = calibration
  if (state === 'stale') return `The calibration of the judge is stale: ${reason}.`
  if (state === 'unreadable') return `The labels for the judge cannot be read: ${reason}.`
  if (verdict === 'may gate') return `The judge may gate: ${reason}.`
  if (verdict === 'may not gate') return `The judge may not gate: ${reason}.`
  const more = labelsNeeded === null ? 'more labels' : `about ${formatAmount(labelsNeeded, 'more label')}`
  return `It is not known whether the judge is right: ${reason}. Next: ${more}, by ${label}.`
}

/**
 * The questions with labels of one kind alone. Whether the judge would notice the contrary, nobody has seen. Questions
 * with hardly any labels are another matter.
 */
export function alikeItems(items: Calibration['items']): Calibration['items'] {
  return items.filter(({ labels, kappa, tpr, tnr }) => labels >= 10 && kappa === null && !(tpr && tnr))
}

/** `all 21 labels of tone are yes, so it is not known whether the judge says no where it must` */
export function alikeText(items: Calibration['items']): string {
  const each = items.map(({ item, labels, tpr }) => {
    const [all, other] = tpr ? ['yes', 'no'] : ['no', 'yes']
    return `all ${labels} labels of ${item} are ${all}, so it is not known whether the judge says ${other} where it must`
  })
  return each.join('; ')
}

/** What a reader must know of the judge: a doubt about it, and what people would have said of this run. */
export function calibrationNotes(calibration: Calibration | null, feature: string): string[] {
  const isShown = calibration?.verdict === 'may gate'
  const corrected = calibration?.corrected
  const alike = isShown ? alikeItems(calibration.items) : []
  return [
    ...(alike.length === 0 ? [] : [`The labels leave a question open: ${alikeText(alike)}.`]),
    ...(isShown ? [] : [calibrationSentence(calibration, feature)]),
    ...(corrected && (corrected.ppi || corrected.roganGladen)
      ? [`Corrected by the labels: ${correctedSentence(corrected)}.`]
      : []),
  ]
}
