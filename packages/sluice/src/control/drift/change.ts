import { z } from 'zod'
import { angle } from '../../stats/index.ts'
import { hourMs } from '../../time-units.ts'
import { addHour, beginningOf, type HourSign, logMean, newSums, withoutAnyDay } from './e-detector.ts'
import type { SeenHour } from './week.ts'
import type { Expected, WeekFit } from './week-fit.ts'

/** Smallest mean number of hours between two false alarms of one signal: 60 days. */
export const runLength = 1440
const logA = Math.log(runLength)
/** The log evidence that the other days must have by themselves, if one day might explain a change. */
const restAsked = 1

/**
 * An hour: its number, observations, mean, expected mean, one over the variance of the deviation, and the deviation by
 * side.
 */
const hourSchema = z.tuple([z.int(), z.int(), z.number(), z.number(), z.number(), z.array(z.number()).max(2)])

export const changeSchema = z.strictObject({
  /** The complete hours of the last week. */
  hours: z.array(hourSchema),
  /**
   * Evidence by side and size, see `addHour`: against what is usual in the hour, and against what is usual at this time
   * on any day of the week.
   */
  off: z.array(z.array(z.number())).max(2),
  beyond: z.array(z.array(z.number())).max(2),
})

/** The state of a possible change: the hours that may belong to it, and the evidence. */
export type ChangeState = z.output<typeof changeSchema>

/**
 * The direction of changes to find. With `drop`, three quarters of the evidence are for a drop, and the rest for a
 * rise.
 */
export type Direction = 'rise' | 'both' | 'drop'

export interface ChangeDesign {
  fit: WeekFit
  tolerance: number
  /** It is not known yet how weekdays differ, so the tolerance includes that. */
  isLearning: boolean
  direction: Direction
  sizes: readonly number[]
}

/** A detected change. */
export interface Change {
  /** Its most likely start, and (`until`) the end of the last hour with it, in ms since the epoch. */
  since: number
  until: number
  count: number
  mean: number
  usual: number
}

export function newChange(): ChangeState {
  return { hours: [], off: [], beyond: [] }
}

export function seenHours(hours: ChangeState['hours']): { seen: SeenHour; usual: number }[] {
  return hours.map(([hour, count, mean, usual]) => ({ seen: { hour, count, mean }, usual }))
}

/** Adds a complete hour, in place. It counts as evidence if a design is given. */
export function noteHour(
  change: ChangeState,
  seen: SeenHour,
  expected: Expected | undefined,
  design?: ChangeDesign,
): void {
  const { hour, count } = seen
  const mean = rounded(seen.mean)
  if (!expected || !design) {
    change.hours.push([hour, count, mean, rounded(expected?.mean ?? mean), 0, []])
    return
  }
  const precision = rounded(count / (expected.spread * design.fit.daily))
  const off = offBy(seen, expected.mean, expected.mean, design)
  const { low, high } = design.isLearning ? { low: expected.mean, high: expected.mean } : expected
  const beyond = offBy(seen, low, high, design)
  const sizes = sizesOf(design)
  const added = (before: number[][], offs: number[]) =>
    offs.map((each, side) =>
      addHour(before[side] ?? newSums(sizes[side] ?? []), { hour, precision, off: each }, sizes[side] ?? [], logA),
    )
  change.off = added(change.off, off)
  change.beyond = added(change.beyond, beyond)
  change.hours.push([hour, count, mean, rounded(expected.mean), precision, off])
}

/** How far an hour is outside of what is usual and tolerated, on each side; drops come last. */
function offBy({ mean, count }: SeenHour, low: number, high: number, { tolerance, direction }: ChangeDesign): number[] {
  const seen = angle(mean, count)
  const above = rounded(seen - angle(high + tolerance, count))
  return direction === 'rise' ? [above] : [above, rounded(angle(low - tolerance, count) - seen)]
}

/** The angle of so many observations is that of the share itself. */
export const countless = 1e9

/** The sizes of change as angles, by side. */
function sizesOf({ fit: { level }, tolerance, direction, sizes }: ChangeDesign): number[][] {
  const from = (share: number, by: number) =>
    sizes.map((size) => Math.max(1e-3, Math.abs(angle(share + by * size, countless) - angle(share, countless))))
  const rises = from(level + tolerance, 1)
  return direction === 'rise' ? [rises] : [rises, from(level - tolerance, -1)]
}

/** Log of the evidence of a change; an alarm needs log(`runLength`). Null before there is any evidence. */
export function evidenceIn({ off }: ChangeState, direction: Direction): number | null {
  return off.length === 0 ? null : combined(off, direction)
}

function combined(sides: readonly number[][], direction: Direction): number {
  const [rise = [], drop] = sides
  if (!drop) return logMean(rise)
  const share = direction === 'drop' ? 0.75 : 0.5
  return logMean([logMean(rise) + Math.log(2 - 2 * share), logMean(drop) + Math.log(2 * share)])
}

/**
 * The proven change, if there is one. If it is within the range of other days of the week, a single day does not prove
 * it, since it may be a holiday.
 */
export function changeIn(change: ChangeState, design: ChangeDesign): Change | undefined {
  if ((evidenceIn(change, design.direction) ?? 0) < logA) return undefined
  const best = change.off.map((sums) => Math.max(...sums))
  const side = best.indexOf(Math.max(...best))
  const signs = change.hours
    .filter(([, , , , precision]) => precision > 0)
    .map(([hour, , , , precision, off]): HourSign => ({ hour, precision, off: off[side] ?? 0 }))
  const sizes = sizesOf(design)[side] ?? []
  if (combined(change.beyond, design.direction) < logA && withoutAnyDay(signs, sizes, logA) < restAsked)
    return undefined
  const likeliest = sizes[change.off[side]?.indexOf(best[side] ?? 0) ?? 0] ?? 0
  const since = beginningOf(signs, likeliest, logA)
  const hours = change.hours.filter(([hour]) => hour >= since)
  const count = hours.reduce((sum, [, each]) => sum + each, 0)
  return {
    since: since * hourMs,
    until: ((hours.at(-1)?.[0] ?? since) + 1) * hourMs,
    count,
    mean: hours.reduce((sum, [, each, mean]) => sum + each * mean, 0) / count,
    usual: hours.reduce((sum, [, each, , usual]) => sum + each * usual, 0) / count,
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
