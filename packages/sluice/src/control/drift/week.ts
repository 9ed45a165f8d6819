import { z } from 'zod'

export const hoursOfWeek = 168
export const hoursOfDay = 24
export const daysOfWeek = 7
/** How often a weekday is to be seen before it is known. */
export const seenEnough = 2

export const weekSchema = z.strictObject({
  /** Of each hour of the week (UTC, from Sunday 0:00): observations, old ones discounted, and their mean. */
  cells: z.array(z.tuple([z.number().min(0), z.number()])).length(hoursOfWeek),
  /** Observations of a day. */
  perDay: z.number().min(0),
  /** How much further hours, and whole days beyond that, lie from what was expected than by chance: mean square, and how many. */
  hourly: z.tuple([z.number(), z.number()]),
  daily: z.tuple([z.number(), z.number()]),
  /** How often each weekday was seen, from Sunday on; twice is enough. */
  seen: z.array(z.int().min(0).max(seenEnough)).length(daysOfWeek),
  /** The day that is being added: its number, hours, observations, the sum of their deviations and that of its variance. */
  today: z.tuple([z.int(), z.int(), z.number(), z.number(), z.number()]).nullable(),
})

/** What was learnt of the hours of a week. */
export type Week = z.output<typeof weekSchema>

/** What was seen in an hour. */
export interface SeenHour {
  /** Hours since the epoch. */
  hour: number
  count: number
  mean: number
}

export function newWeek(): Week {
  return {
    cells: Array.from({ length: hoursOfWeek }, (): [number, number] => [0, 0]),
    perDay: 0,
    hourly: [1, 0],
    daily: [1, 0],
    seen: Array.from({ length: daysOfWeek }, () => 0),
    today: null,
  }
}

/** The epoch began on a Thursday. */
export function hourOfWeek(hour: number): number {
  return (hour + 4 * hoursOfDay) % hoursOfWeek
}

/** Of the days that it takes to know all weekdays, those that were seen. */
export function daysKnown({ seen }: Week): number {
  return seen.reduce((sum, times) => sum + times, 0)
}

export const daysToKnow = seenEnough * daysOfWeek
