import { z } from 'zod'

export const hoursOfDay = 24
export const daysOfWeek = 7
export const hoursOfWeek = daysOfWeek * hoursOfDay
/** After this many times a weekday counts as known. */
export const seenEnough = 2

export const weekSchema = z.strictObject({
  /** For each hour of the week (UTC, from Sunday 0:00): number of observations, old ones discounted, and their mean. */
  cells: z.array(z.tuple([z.number().min(0), z.number()])).length(hoursOfWeek),
  /** Observations of a day. */
  perDay: z.number().min(0),
  /** How much hours, and in addition whole days, deviate in units of chance: mean square, and number. */
  hourly: z.tuple([z.number(), z.number()]),
  daily: z.tuple([z.number(), z.number()]),
  /** How often each weekday was seen, from Sunday on, at most twice. */
  seen: z.array(z.int().min(0).max(seenEnough)).length(daysOfWeek),
  /** The present day: its number, hours, observations, the sum of their deviations, and the variance of this sum. */
  today: z.tuple([z.int(), z.int(), z.number(), z.number(), z.number()]).nullable(),
})

/** What is learnt about the hours of a week. */
export type Week = z.output<typeof weekSchema>

/** The observations of an hour. */
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

/** The hour of the week of an hour since the epoch, which began on a Thursday. */
export function hourOfWeek(hour: number): number {
  return (hour + 4 * hoursOfDay) % hoursOfWeek
}

/** How many of the days that are needed to know all weekdays were seen. */
export function daysKnown({ seen }: Week): number {
  return seen.reduce((sum, times) => sum + times, 0)
}

export const daysToKnow = seenEnough * daysOfWeek
