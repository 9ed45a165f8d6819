import type { FeatureSummary } from '../../records/report/feature-report.ts'

/** For sorting features: what must be acted on comes first. */
export function compareUrgency(a: FeatureSummary, b: FeatureSummary): number {
  return urgency(a) - urgency(b)
}

const urgency = ({ verdict }: FeatureSummary) => ['fail', 'inconclusive', null, 'pass'].indexOf(verdict)
