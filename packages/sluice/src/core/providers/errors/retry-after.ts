/** Reads one header by its lower-case name. */
export type HeaderReader = (name: string) => string | null | undefined

/**
 * How long a server asks to wait, in ms: `retry-after-ms`, `Retry-After` in seconds or as an HTTP date (`now` in ms
 * since the epoch), or Google's `RetryInfo` in the body. Undefined if it does not say it.
 */
export function retryAfterMs(header: HeaderReader, body: string, now: number): number | undefined {
  return (
    milliseconds(header('retry-after-ms'), 1) ??
    milliseconds(header('retry-after'), 1000) ??
    untilDate(header('retry-after'), now) ??
    milliseconds(/"retryDelay"\s*:\s*"([\d.]+)s"/.exec(body)?.[1], 1000)
  )
}

function milliseconds(text: string | null | undefined, unit: number): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * unit : undefined
}

function untilDate(text: string | null | undefined, now: number): number | undefined {
  const time = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}
