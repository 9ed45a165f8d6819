import { utcDay } from '../text/format.ts'
import { hourMs } from '../time-units.ts'
import { linearTicks, logTicks, type Tick, timeTicks } from './ticks.ts'

/** How values become places along one direction of a picture. */
export interface ChartScale {
  low: number
  high: number
  ticks: readonly Tick[]
  /** Where a value lies: 0 at the low end, 1 at the high end, and beyond outside of both. */
  place(value: number): number
  /** What the labels of the ticks leave out, e.g. that times are UTC. */
  caption: string | undefined
}

export interface ScaleSettings {
  /** Values that the scale must hold; unknown ones (null) and those that are no numbers are left out. */
  values: Iterable<number | null | undefined>
  /** Ends that the scale never passes, e.g. 0 and 1 for a score. */
  least?: number
  most?: number
  /** The share of the extent that is left free at both ends. */
  room?: number
  /** About how many ticks. */
  wanted?: number
  /** Writes a tick, e.g. with a unit. */
  label?: (value: number) => string
}

/** A linear scale. All values equal, or none at all, still make a scale: around them, or from 0 to 1. */
export function linearScale(settings: ScaleSettings): ChartScale {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, room = 0.05, wanted = 5 } = settings
  const known = knownOf(settings.values).map((value) => Math.min(most, Math.max(least, value)))
  const [from, to] = known.length === 0 ? [Math.max(0, least), Math.min(1, most)] : endsOf(known)
  // Ends that a floating-point number cannot tell apart are one value.
  const isOne = to - from <= Math.abs(from) * 1e-12
  const free = isOne ? Math.abs(from) * 0.1 || 1 : (to - from) * room
  const [low, high] = [Math.max(least, from - free), Math.min(most, to + free)]
  return {
    low,
    high,
    ticks: labelled(linearTicks(low, high, wanted), settings),
    place: (value) => (value - low) / (high - low),
    caption: undefined,
  }
}

/** A linear scale between two ends, with nothing added to them. */
export function scaleBetween(low: number, high: number, wanted = 6): ChartScale {
  return linearScale({ values: [low, high], room: 0, wanted })
}

/** A logarithmic scale. It has no place for 0 and below: such values are left out of it, and lie below its low end. */
export function logScale(settings: ScaleSettings): ChartScale {
  const { least = 0, most = Number.POSITIVE_INFINITY, room = 0.03, wanted = 5 } = settings
  const known = knownOf(settings.values).filter((value) => value > 0)
  const [from, to] = known.length === 0 ? [1, 10] : endsOf(known)
  const free = from === to ? 0.3 : Math.log10(to / from) * room
  const low = Math.max(least, from / 10 ** free)
  const high = Math.min(most, to * 10 ** free)
  const across = Math.log(high / low)
  return {
    low,
    high,
    ticks: labelled(logTicks(low, high, wanted), settings),
    place: (value) => (value > 0 ? Math.log(value / low) / across : -1),
    caption: undefined,
  }
}

const halfADay = 12 * hourMs

/** A scale of times in ms since the epoch. A single time stands in the middle of a day. */
export function timeScale({ values, room = 0.02, wanted = 5 }: ScaleSettings): ChartScale {
  const known = knownOf(values)
  const [from, to] = known.length === 0 ? [0, 0] : endsOf(known)
  const free = from === to ? halfADay : (to - from) * room
  const [low, high] = [from - free, to + free]
  const ticks = timeTicks(low, high, wanted)
  const days = [...new Set([low, high].map(utcDay))]
  const hasDays = ticks.some(({ label }) => !label.includes(':'))
  return {
    low,
    high,
    ticks,
    place: (value) => (value - low) / (high - low),
    caption: hasDays ? 'UTC' : `UTC, ${days.join(' to ')}`,
  }
}

/** The values that are known, without those that no picture can show. */
function knownOf(values: ScaleSettings['values']): number[] {
  return [...values].filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
}

/** Least and greatest. A spread call would overflow the stack on a long list. */
function endsOf(values: readonly number[]): [low: number, high: number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
}

function labelled(ticks: readonly Tick[], { label }: ScaleSettings): readonly Tick[] {
  return label ? ticks.map(({ value }) => ({ value, label: label(value) })) : ticks
}
