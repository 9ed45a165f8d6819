import { angle } from '../../stats/index.ts'
import { daysOfWeek, hourOfWeek, hoursOfDay, hoursOfWeek, type SeenHour, seenEnough, type Week } from './week.ts'
import { expectedIn, type WeekFit } from './week-fit.ts'

/** Half-life of what was learnt, in weeks. */
const halfLife = 2
/** A deviation of an hour is limited to this many of its standard errors. */
const furthest = 3
/** A day counts if it has at least this many hours with observations. */
const hoursOfADay = 4

/** Adds an hour to what is usual, in place. A deviation up to `slack` and the range of chance is accepted as it is. */
export function updateWeek(week: Week, fit: WeekFit | undefined, seen: SeenHour, slack: number): void {
  const { hour, count } = seen
  addToday(week, fit, seen)
  const place = hourOfWeek(hour)
  const [weight, before] = week.cells[place] ?? [0, 0]
  const kept = weight * 0.5 ** (1 / halfLife)
  const mean = (kept * before + count * bounded(fit, seen, slack)) / (kept + count)
  week.cells[place] = [rounded(kept + count), rounded(mean)]
}

function bounded(fit: WeekFit | undefined, { hour, count, mean }: SeenHour, slack: number): number {
  if (!fit) return mean
  const expected = expectedIn(fit, hour, count)
  const variance = (expected.mean + 0.5 / count) * (1 - expected.mean + 0.5 / count)
  const far = slack + furthest * Math.sqrt((expected.spread * fit.daily * variance) / count)
  return Math.min(expected.mean + far, Math.max(expected.mean - far, mean))
}

function addToday(week: Week, fit: WeekFit | undefined, { hour, count, mean }: SeenHour): void {
  const day = Math.floor(hour / hoursOfDay)
  if (week.today?.[0] !== day) endDay(week)
  const [, hours, seen, sum, variance] = week.today ?? [day, 0, 0, 0, 0]
  const expected = fit && expectedIn(fit, hour, count)
  const off = expected ? angle(mean, count) - angle(expected.mean, count) : 0
  if (fit) week.hourly = withSquare(week.hourly, (count * off ** 2) / fit.spread, fit.spread, hoursOfWeek)
  const expectedSpread = count * (expected?.spread ?? 0)
  week.today = [day, hours + 1, seen + count, rounded(sum + count * off), rounded(variance + expectedSpread)]
}

/** Ends a day: updates how much days differ, and how many observations a day has. */
function endDay(week: Week): void {
  const { today } = week
  week.today = null
  if (!today || today[1] < hoursOfADay) return
  const [day, , count, sum, variance] = today
  const weekday = (day + 4) % daysOfWeek
  const times = week.seen[weekday] ?? 0
  // The first day of each weekday shows how weekdays differ, not how days of the same weekday do.
  if (variance > 0 && times > 0) week.daily = withSquare(week.daily, sum ** 2 / variance, 1, daysOfWeek)
  week.seen[weekday] = Math.min(seenEnough, times + 1)
  week.perDay = rounded(week.perDay === 0 ? count : week.perDay + (count - week.perDay) / daysOfWeek)
}

/** A mean of squares that forgets after some weeks. `square` is in units of `of`; a very large one is limited. */
function withSquare([mean, count]: [number, number], square: number, of: number, perWeek: number): [number, number] {
  const n = Math.min(2 * halfLife * perWeek, count + 1)
  return [rounded(mean + (of * Math.min(square, furthest ** 2) - mean) / n), n]
}

/** The week, with every hour moved to another level. */
export function movedBy(week: Week, by: number): Week {
  return { ...week, cells: week.cells.map(([weight, mean]) => [weight, rounded(mean + by)]) }
}

function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
