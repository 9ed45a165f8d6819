/** What an hour says of a change, in one direction. Angles, see `angle`. */
export interface HourSign {
  /** Hours since the epoch. */
  hour: number
  /** One over the variance of the others. */
  precision: number
  /** How far it lies beyond what is expected and tolerated; below 0 where it does not. */
  off: number
}

/** By size of a change: the log of a sum over all hours in which it may have begun. */
export type Sums = number[]

/** No hour alone says more than a third of what it takes. */
const hoursAtLeast = 3
/** A day that differs (a holiday), and an hour at both ends. */
const dayLeftOut = 25

/**
 * An e-detector (Shin, Ramdas & Rinaldo 2023): M <- (1 + M) e for each size, e the likelihood ratio of an hour under a change of that
 * size. A mean of the M reaches A once in A hours at most, on average, while nothing changes: each hour adds 1 to what is expected
 * of it. Not kept beyond a little more than A, so that it is soon forgotten what went by.
 */
export function addHour(sums: Sums, sign: HourSign, sizes: readonly number[], logA: number): Sums {
  return sizes.map((size, index) => {
    const log = Math.log1p(Math.exp(sums[index] ?? Number.NEGATIVE_INFINITY)) + logRatio(sign, size, logA)
    return Math.min(logA + Math.log(sizes.length) + 1, Math.max(-20, Number(log.toFixed(4))))
  })
}

export function newSums(sizes: readonly number[]): Sums {
  return sizes.map(() => -20)
}

function logRatio({ off, precision }: HourSign, size: number, logA: number): number {
  return Math.min((size * off - size ** 2 / 2) * precision, logA / hoursAtLeast)
}

/** The log of the mean of what is given as logs. */
export function logMean(logs: readonly number[]): number {
  return Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length)
}

/**
 * The log evidence of the size and the beginning that fit best, if the hours of any one day are left out: the least of all such days.
 * A holiday alone comes to nothing.
 */
export function withoutAnyDay(signs: readonly HourSign[], sizes: readonly number[], logA: number): number {
  return Math.max(0, ...sizes.map((size) => leastWithoutADay(signs, size, logA)))
}

function leastWithoutADay(signs: readonly HourSign[], size: number, logA: number): number {
  const ratios = signs.map((sign) => logRatio(sign, size, logA))
  const before = [0]
  for (const ratio of ratios) before.push(Math.max(0, (before.at(-1) ?? 0) + ratio))
  const after = [...ratios, 0]
  const best = [...ratios, 0]
  for (let index = ratios.length - 1; index >= 0; index -= 1) {
    after[index] = (after[index + 1] ?? 0) + (ratios[index] ?? 0)
    best[index] = Math.max(best[index + 1] ?? 0, after[index] ?? 0)
  }
  let least = Number.POSITIVE_INFINITY
  let end = 0
  for (const [start, { hour }] of signs.entries()) {
    while (end < signs.length && (signs[end]?.hour ?? 0) < hour + dayLeftOut) end += 1
    least = Math.min(least, Math.max((before[start] ?? 0) + (after[end] ?? 0), best[end] ?? 0))
  }
  return least
}

/** The hour since which the change is likeliest to have been there: the signs since then speak loudest for this size. */
export function beginningOf(signs: readonly HourSign[], size: number, logA: number): number {
  let [sum, from] = [0, signs[0]?.hour ?? 0]
  for (const sign of signs) {
    if (sum <= 0) [sum, from] = [0, sign.hour]
    sum += logRatio(sign, size, logA)
  }
  return from
}
