/**
 * The precision at which a normal mixture is tightest after `size` units of variance (Howard et al. 2021, after
 * equation 3.7): twice the log of 1/alpha plus a slowly growing term, over the size.
 */
export function mixturePrecision(alpha: number, size: number): number {
  const evidence = -2 * Math.log(alpha)
  return (evidence + Math.log(1 + evidence)) / size
}
