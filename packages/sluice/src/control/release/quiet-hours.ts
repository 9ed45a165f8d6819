import { minuteMs } from '../../time-units.ts'

const dayMinutes = 24 * 60

/**
 * Whether `now` (ms since the epoch) lies in one of these stretches of the day, UTC: `22:00-06:00`, the end left out.
 */
export function inQuietHours(stretches: readonly string[], now: number): boolean {
  const minute = Math.floor(now / minuteMs) % dayMinutes
  return stretches.some((stretch) => {
    const [from = 0, to = 0] = stretch.split('-').map(minuteOfDay)
    return from <= to ? from <= minute && minute < to : minute >= from || minute < to
  })
}

/** The first moment from `at` on that lies in none of them; null where they cover the whole day. */
export function afterQuietHours(stretches: readonly string[], at: number): number | null {
  if (!inQuietHours(stretches, at)) return at
  const minutes = Array.from({ length: dayMinutes }, (_, i) => (Math.floor(at / minuteMs) + i) * minuteMs)
  const found = minutes.find((minute) => !inQuietHours(stretches, minute))
  return found ?? null
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
