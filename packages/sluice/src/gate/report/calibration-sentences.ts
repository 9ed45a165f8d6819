import type { BoundedEstimate, Calibration } from '../../records/report/calibration.ts'
import { formatChange, formatScore } from '../../text/format.ts'

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

/** `0.812 [0.660, 0.920]` */
export function withInterval(estimate: BoundedEstimate | null): string {
  if (!estimate) return 'n/a'
  const { value, low, high } = estimate
  const interval = low === null || high === null ? '' : ` [${formatScore(low)}, ${formatScore(high)}]`
  return `${formatScore(value)}${interval}`
}
