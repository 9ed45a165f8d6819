import * as stats from '../../packages/sluice/src/stats/index.ts'

/** The procedures of the judge's calibration, from a vector's input to what is compared with its `expected`. */
export const judgeProcedures: Record<string, (input: never) => unknown> = {
  ppiMean: (sample: stats.PpiSample) => stats.ppiMean(sample),
  roganGladen: (counts: stats.RoganGladenCounts) => stats.roganGladen(counts),
  agreement: (ratings: stats.Ratings) => stats.agreement(ratings),
  isotonic: ({ x, y, w }: { x: number[]; y: number[]; w: number[] }) => ({ fit: stats.isotonic(x, y, w) }),
}
