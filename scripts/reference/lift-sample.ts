import type { LiftReport } from '../../packages/sluice/src/records/report/lift-report.ts'

const estimate = (value: number | null, ciLow: number | null, ciHigh: number | null) => ({ value, ciLow, ciHigh })

export const liftSample: LiftReport = {
  ...{ without: ['.claude/skills/refund'], cases: 41, pairs: 40, missing: 1, withoutMean: 0.7, margin: 0.03 },
  lift: estimate(0.11, 0.03, 0.18),
  harm: { share: estimate(0.1, 0.04, 0.23), size: estimate(0.25, 0.08, 0.52) },
  help: { share: estimate(0.4, 0.26, 0.56), size: estimate(0.34, 0.2, 0.51) },
  harmed: ['late-order-03'],
  baseline: {
    ...{ pairs: 40, lift: estimate(0.22, 0.13, 0.3), liftChange: estimate(-0.11, -0.17, -0.04) },
    harm: { share: estimate(0, 0, 0.1), size: estimate(null, null, null) },
    harmChange: estimate(0.1, 0, 0.22),
  },
  untold: '30 of 40 scored cases have a score without, too: 75 %, where 98 % are needed',
}
