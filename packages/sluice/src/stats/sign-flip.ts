import { seededRandom } from './random.ts'

/** Up to as many values every pattern of signs is counted; of more, this many patterns are drawn, always the same. */
const mostExact = 13
const draws = 9_999

/**
 * Two-sided p-value of the sign-flip test: how often a sum of these values lies as far from 0 when each keeps or
 * changes its sign by a fair coin. It holds at any number of values where each is as likely as its negative, e.g.
 * differences of two models that answer alike. Few or equal values, which the t test takes for certainty, have no small
 * p-value here.
 */
export function signFlipP(values: readonly number[]): number {
  const sizes = values.map(Math.abs).filter((size) => size > 0)
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0))
  const reached = observed - 1e-9 * sizes.reduce((sum, size) => sum + size, 0)
  return sizes.length <= mostExact ? exactShare(sizes, reached) : drawnShare(sizes, reached)
}

function exactShare(sizes: readonly number[], reached: number): number {
  const patterns = 2 ** sizes.length
  let beyond = 0
  for (let pattern = 0; pattern < patterns; pattern += 1) {
    let sum = 0
    for (const [bit, size] of sizes.entries()) sum += (pattern >> bit) & 1 ? size : -size
    if (Math.abs(sum) >= reached) beyond += 1
  }
  return beyond / patterns
}

/** The observed pattern counts as one of those drawn, so the share is never too small on average. */
function drawnShare(sizes: readonly number[], reached: number): number {
  const random = seededRandom(1)
  let beyond = 1
  for (let draw = 0; draw < draws; draw += 1) {
    let sum = 0
    let bits = 0
    for (const [index, size] of sizes.entries()) {
      if (index % 30 === 0) bits = Math.floor(random.uniform() * 2 ** 30)
      sum += bits & 1 ? size : -size
      bits >>= 1
    }
    if (Math.abs(sum) >= reached) beyond += 1
  }
  return beyond / (draws + 1)
}
