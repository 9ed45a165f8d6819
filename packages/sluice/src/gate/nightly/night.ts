import { z } from 'zod'
import { utcDay } from '../../text/format.ts'
import { hourMs } from '../../time-units.ts'

/** A night is a day in UTC; a further one of the same day has a number. Later nights sort after earlier ones. */
export const nightSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:\.[2-9])?$/, 'a night is a day, as 2026-11-24, or 2026-11-24.2 for a second one')
  .refine((night) => !Number.isNaN(Date.parse(night.slice(0, 10))), 'there is no such day')

/** The night of a time in ms since the epoch. */
export function nightOf(time: number): string {
  return utcDay(time)
}

/**
 * Where a night stands on a time axis, in ms since the epoch: its day, and further ones of that day some hours later.
 */
export function timeOfNight(night: string): number {
  const [day = '', further = '1'] = night.split('.')
  return Date.parse(day) + (Number(further) - 1) * 2 * hourMs
}
