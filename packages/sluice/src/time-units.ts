/** Units of time in ms, for all that counts in them. */
export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
export const weekMs = 7 * dayMs

/** Those that a duration is written in, such as `30m`. */
export const unitMs = { ms: 1, s: 1000, m: minuteMs, h: hourMs, d: dayMs } as const
