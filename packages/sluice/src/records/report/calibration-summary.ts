import { formatAmount, formatScore } from '../../text/format.ts'
import type { BoundedEstimate, Calibration } from './calibration.ts'

/** What labels say of the judge, in a few words beside its name. Null stands for no labels at all. */
export function calibrationSummary(calibration: Calibration | null): string {
  if (!calibration || calibration.state === 'unlabelled') return 'never calibrated against human labels'
  const { state, verdict, all } = calibration
  if (state === 'stale') return 'with a stale calibration'
  if (state === 'unreadable') return 'with labels that cannot be read'
  const labels = formatAmount(all?.labels ?? 0, 'human label')
  const kappa = all?.kappa ? `, kappa ${withInterval(all.kappa)}` : ''
  return `calibrated by ${labels}: ${verdict}${kappa}`
}

/** `0.812 [0.660, 0.920]` */
export function withInterval(estimate: BoundedEstimate | null): string {
  if (!estimate) return 'n/a'
  const { value, low, high } = estimate
  const interval = low === null || high === null ? '' : ` [${formatScore(low)}, ${formatScore(high)}]`
  return `${formatScore(value)}${interval}`
}
