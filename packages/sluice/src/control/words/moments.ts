/** `2026-11-24 08:59:03Z`; a number that no calendar has as it is, e.g. `9e+99 ms`. */
export function timeText(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return `${ms} ms`
  return date.toISOString().replace('T', ' ').replace(/\.\d+/, '')
}

/** `08:59:03Z` */
export function timeOfDay(ms: number): string {
  return timeText(ms).slice(11)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * `24 Nov 14:05Z` of the present year, else `24 Nov 2025 14:05Z`.
 *
 * @param now ms since the epoch; left out where the reader may be of another year, or that is not known
 */
export function momentText(ms: number, now?: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return `${ms} ms`
  const [, month, day] = date.toISOString().slice(0, 10).split('-')
  const year = date.getUTCFullYear()
  const isPresent = now !== undefined && year === new Date(now).getUTCFullYear()
  const ofYear = isPresent ? '' : ` ${year}`
  return `${Number(day)} ${months[Number(month) - 1]}${ofYear} ${date.toISOString().slice(11, 16)}Z`
}
