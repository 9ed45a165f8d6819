/**
 * Twice the arcsine of the root of a share of `count`: its variance is about 1/count wherever the share lies (Anscombe
 * 1948).
 */
export function angle(share: number, count: number): number {
  return 2 * Math.asin(Math.sqrt((count * Math.min(1, Math.max(0, share)) + 0.375) / (count + 0.75)))
}
