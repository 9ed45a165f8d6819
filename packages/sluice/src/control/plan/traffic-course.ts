import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { seededRandom } from '../../stats/random.ts'
import { dayMs, hourMs, weekMs } from '../../time-units.ts'
import { possibleFutures, type Seen, type TimePlace } from './traffic-process.ts'

/** Requests over time, as multiples of what the average of the last days and the hour of the day let expect. */
export interface TrafficCourse {
  /** Where the past ends, ms since the epoch. */
  until: number
  /** The requests of each hour until then, the oldest first. */
  past: readonly number[]
  /** The requests of each block of six hours from then on, in courses of which each is as likely as any other. */
  futures: readonly (readonly number[])[]
}

const blockHours = 6
/** The newest hours are looked at one by one, so that a change is seen at once; older ones in blocks. */
const singleHours = 12
const blocksOfWeek = weekMs / (blockHours * hourMs)
/** A fortnight is foreseen; what comes after it is like its last week. */
const ahead = { blocks: 2 * blocksOfWeek, futures: 100 }
/** Requests come several in a row. */
const inRow = 2

/**
 * What the traffic was, and what may become of it. The shorter its past is, and the more it changed, the wider the
 * futures lie apart. Null where the hours of the past are not known.
 *
 * @param pause called from time to time, so that others have their turn
 */
export async function courseOf(
  { requestsPerDay, byHour, hourly, until }: MeasuredTraffic,
  pause: () => Promise<void>,
): Promise<TrafficCourse | null> {
  if (until === null || hourly.length === 0 || requestsPerDay <= 0) return null
  const usual = (at: number) => (requestsPerDay / 24) * (byHour?.[Math.floor(at / hourMs) % 24] ?? 1)
  const expected = hourly.map((_, i) => usual(until - (hourly.length - i - 0.5) * hourMs))
  const places = Array.from({ length: ahead.blocks }, (_, i) => placeAt(until + (i + 0.5) * blockHours * hourMs, until))
  const futures = await possibleFutures(blocksOf(hourly, expected, until), places, {
    ...{ count: ahead.futures, knowsHours: byHour !== null, random: seededRandom(1), pause },
  })
  // In an hour in which hardly anything is usual the ratio tells nothing.
  const past = hourly.map((count, i) => count / Math.max(0.01, expected[i] ?? 1))
  return { until, past, futures }
}

function placeAt(at: number, until: number): TimePlace {
  const days = at / dayMs
  return { day: (at - until) / dayMs, weekday: Math.floor(days) % 7, quarter: Math.floor(days * 4) % 4 }
}

function blocksOf(counts: readonly number[], expected: readonly number[], until: number): Seen[] {
  const blocks: Seen[] = []
  for (let end = counts.length; ; ) {
    const hours = counts.length - end < singleHours ? 1 : blockHours
    if (end < hours) return blocks
    const sum = (of: readonly number[]) => of.slice(end - hours, end).reduce((all, one) => all + one, 0)
    const count = sum(counts)
    const middle = until - (counts.length - end + hours / 2) * hourMs
    const value = Math.log((count + 0.5) / (sum(expected) + 0.5))
    blocks.push({ ...placeAt(middle, until), value, variance: inRow / (count + 1) })
    end -= hours
  }
}

/** At a time, ms since the epoch: as it was, or, in the future, by the first of the futures. */
export function courseFactor({ until, past, futures: [future = []] }: TrafficCourse, at: number): number {
  if (at < until) return past[past.length - Math.ceil((until - at) / hourMs)] ?? 1
  const block = Math.floor((at - until) / (blockHours * hourMs))
  const beyond = block - future.length
  return future[beyond < 0 ? block : future.length - blocksOfWeek + (beyond % blocksOfWeek)] ?? 1
}

/** One of the futures, by its number, and how much more or less traffic a whole week of it has. */
export function oneFuture(course: TrafficCourse, number: number): { course: TrafficCourse; growth: number } {
  const future = course.futures[number % course.futures.length] ?? []
  return { course: { ...course, futures: [future] }, growth: mean(future.slice(0, blocksOfWeek)) }
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length)

/** Requests a day of the next four days, as they are expected in 80 of 100 cases. */
export function expectedPerDay({ futures }: TrafficCourse, requestsPerDay: number): { low: number; high: number } {
  const days = futures
    .map((future) => requestsPerDay * mean(future.slice(0, (4 * 24) / blockHours)))
    .toSorted((a, b) => a - b)
  const at = (level: number) => days[Math.floor(level * (days.length - 1))] ?? requestsPerDay
  return { low: at(0.1), high: at(0.9) }
}
