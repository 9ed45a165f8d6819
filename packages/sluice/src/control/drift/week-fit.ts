import { daysOfWeek, hourOfWeek, hoursOfDay, type Week } from './week.ts'

/** Weight, in hours and in days, of the prior that they differ by chance only. */
const [spreadHours, spreadDays] = [24, 7]
const sweeps = 3

/**
 * A model of what is usual in a week: a level, effects of the time of day and of the weekday, and a rest for each hour.
 */
export interface WeekFit {
  level: number
  /** The usual value by the hour of the week. */
  usual: readonly number[]
  /** How much more hours, and in addition whole days, vary than by chance; see `Expected`. */
  spread: number
  daily: number
  /** Observations of a day. */
  perDay: number
  /** The uncertainty of each effect: its variance in units of the variance of one observation. */
  errorOfTime: readonly number[]
  errorOfDay: readonly number[]
}

/**
 * Fits the model to what was learnt; undefined if nothing was. Each effect, and the rest of each hour, is shrunk
 * towards 0 as far as noise explains their differences (James & Stein 1961). `leastSpread` is 1 for observations of 0
 * or 1.
 */
export function fitWeek(week: Week, leastSpread: number): WeekFit | undefined {
  const weights = week.cells.map(([weight]) => weight)
  const means = week.cells.map(([, mean]) => mean)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return undefined
  const level = means.reduce((sum, mean, place) => sum + mean * (weights[place] ?? 0), 0) / total
  const spread = Math.max(leastSpread, meanSquare(week.hourly, spreadHours))
  const variance = spread * (level + 0.5 / total) * (1 - level + 0.5 / total)
  const times = newEffects(hoursOfDay)
  const days = newEffects(daysOfWeek)
  const rest = means.map((mean) => mean - level)
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    refit(times, rest, weights, variance, (place) => place % hoursOfDay)
    refit(days, rest, weights, variance, (place) => Math.floor(place / hoursOfDay))
  }
  const between = surplus(rest, weights, variance)
  const usual = rest.map((own, place) => {
    const share = between === 0 ? 0 : between / (between + variance / (weights[place] ?? 0))
    const effects = (times.values[place % hoursOfDay] ?? 0) + (days.values[Math.floor(place / hoursOfDay)] ?? 0)
    return Math.min(1, Math.max(0, level + effects + share * own))
  })
  const daily = Math.max(1, meanSquare(week.daily, spreadDays))
  return { level, usual, spread, daily, perDay: week.perDay, errorOfTime: times.errors, errorOfDay: days.errors }
}

function meanSquare([mean, count]: readonly [number, number], prior: number): number {
  return (prior + mean * count) / (prior + count)
}

interface Effects {
  values: number[]
  errors: number[]
}

function newEffects(count: number): Effects {
  return { values: new Array<number>(count).fill(0), errors: new Array<number>(count).fill(0) }
}

/** Fits the effects of groups of hours to the residuals of the other effects. */
function refit(
  effects: Effects,
  rest: number[],
  weights: readonly number[],
  variance: number,
  groupOf: (place: number) => number,
): void {
  const groups = effects.values.length
  const sums = new Array<number>(groups).fill(0)
  const totals = new Array<number>(groups).fill(0)
  for (let place = 0; place < rest.length; place += 1) {
    const group = groupOf(place)
    const left = (rest[place] ?? 0) + (effects.values[group] ?? 0)
    rest[place] = left
    sums[group] = (sums[group] ?? 0) + (weights[place] ?? 0) * left
    totals[group] = (totals[group] ?? 0) + (weights[place] ?? 0)
  }
  const means = sums.map((sum, group) => (totals[group] ? sum / totals[group] : 0))
  const between = surplus(means, totals, variance)
  for (let group = 0; group < groups; group += 1) {
    const total = totals[group] ?? 0
    const share = between === 0 || total === 0 ? 0 : between / (between + variance / total)
    effects.values[group] = share * (means[group] ?? 0)
    effects.errors[group] = share === 0 ? 0 : share / total
  }
  for (let place = 0; place < rest.length; place += 1)
    rest[place] = (rest[place] ?? 0) - (effects.values[groupOf(place)] ?? 0)
}

/** The variance between groups, less the variance by chance within them. */
function surplus(means: readonly number[], weights: readonly number[], variance: number): number {
  let [sum, count] = [0, 0]
  for (let group = 0; group < means.length; group += 1) {
    const weight = weights[group] ?? 0
    if (weight === 0) continue
    sum += (means[group] ?? 0) ** 2 - variance / weight
    count += 1
  }
  return count === 0 ? 0 : Math.max(0, sum / count)
}

/** What an hour is expected to show. */
export interface Expected {
  mean: number
  /** The lowest and highest usual value at this time, or an hour before or after, on any day of the week. */
  low: number
  high: number
  /**
   * The variance of the hour's angle, times `count`. It is above 1 if observations are correlated or little is known.
   */
  spread: number
}

export function expectedIn(fit: WeekFit, hour: number, count: number): Expected {
  const place = hourOfWeek(hour)
  const time = place % hoursOfDay
  let [low, high] = [1, 0]
  for (let other = 0; other < daysOfWeek; other += 1)
    for (let near = time + hoursOfDay - 1; near <= time + hoursOfDay + 1; near += 1) {
      const usual = fit.usual[other * hoursOfDay + (near % hoursOfDay)] ?? fit.level
      low = Math.min(low, usual)
      high = Math.max(high, usual)
    }
  const ofTime = 1 + count * (fit.errorOfTime[time] ?? 0)
  const ofDay = 1 + fit.perDay * (fit.errorOfDay[Math.floor(place / hoursOfDay)] ?? 0)
  return { mean: fit.usual[place] ?? fit.level, low, high, spread: fit.spread * ofTime * ofDay }
}
