const dayMinutes = 24 * 60

/**
 * Whether `now` (ms since the epoch) lies in one of these stretches of the day, UTC: `22:00-06:00`, the end left out.
 */
export function inQuietHours(stretches: readonly string[], now: number): boolean {
  const minute = Math.floor(now / 60_000) % dayMinutes
  return stretches.some((stretch) => {
    const [from = 0, to = 0] = stretch.split('-').map(minuteOfDay)
    return from <= to ? from <= minute && minute < to : minute >= from || minute < to
  })
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
