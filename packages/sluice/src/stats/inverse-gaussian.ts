import { normCdf, normLogUpperTail } from './normal.ts'

/** P(T <= t) for the time at which a Brownian motion with upward drift first reaches a level: mean time, shape. */
function inverseGaussianCdf(t: number, { mean, shape }: { mean: number; shape: number }): number {
  if (!(t > 0)) return 0
  const root = Math.sqrt(shape / t)
  const reflected = Math.exp((2 * shape) / mean + normLogUpperTail(root * (t / mean + 1)))
  return Math.min(1, normCdf(root * (t / mean - 1)) + reflected)
}

/** The time by which the level has been reached with probability p, in (0,1). */
export function inverseGaussianQuantile(p: number, distribution: { mean: number; shape: number }): number {
  let [low, high] = [0, distribution.mean]
  while (inverseGaussianCdf(high, distribution) < p) high *= 2
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (inverseGaussianCdf(middle, distribution) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
