/** The evidence of an hour for a change in one direction, as angles; see `angle`. */
export interface HourSign {
  /** Hours since the epoch. */
  hour: number
  /** One over the variance of `off`. */
  precision: number
  /** How far it is beyond what is expected and tolerated; negative if it is within. */
  off: number
}

/** For each size of change: the log of a sum over all hours in which it may have begun. */
export type Sums = number[]

/** One hour gives at most a third of the needed log evidence. */
const hoursAtLeast = 3
/** Hours to leave out: a day that differs (a holiday), and one hour more. */
const dayLeftOut = 25

/**
 * An e-detector (Shin, Ramdas & Rinaldo 2023): M <- (1 + M) e for each size, where e is the likelihood ratio of an hour
 * under a change of that size. While nothing changes, the mean of the M reaches A at most once in A hours on average,
 * since each hour adds 1 to its expectation. M is limited to a little more than A, so that a change that has ended is
 * soon forgotten.
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

/** The log of a mean, from the logs of the values. */
export function logMean(logs: readonly number[]): number {
  return Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length)
}

/**
 * The log evidence of the size and the start that fit best, without the hours of one day: the least over all such days.
 * A single holiday gives no evidence.
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

/** The most likely start of the change: the hour since which the evidence for this size is largest. */
export function beginningOf(signs: readonly HourSign[], size: number, logA: number): number {
  let [sum, from] = [0, signs[0]?.hour ?? 0]
  for (const sign of signs) {
    if (sum <= 0) [sum, from] = [0, sign.hour]
    sum += logRatio(sign, size, logA)
  }
  return from
}
