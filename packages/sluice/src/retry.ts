export interface RetryOptions<T> {
  /** A failure that may pass is its result, too; what it throws ends the attempts. */
  attempt: () => Promise<T>
  /** The wait in ms before retry number `retry` (0-based) after this result; undefined where the result stands. */
  waitMs: (result: T, retry: number) => number | undefined
  sleep: (ms: number) => Promise<unknown>
  /** Asked before each wait and each retry: once it is true, the last result stands. */
  isOver?: () => boolean
}

/** Attempts the same until a result stands, which it resolves to. */
export async function retry<T>({ attempt, waitMs, sleep, isOver = () => false }: RetryOptions<T>): Promise<T> {
  for (let done = 0; ; done += 1) {
    const result = await attempt()
    const ms = isOver() ? undefined : waitMs(result, done)
    if (ms === undefined) return result
    await sleep(ms)
    if (isOver()) return result
  }
}

/** Statuses of HTTP that say "later", not "no": the ones after which OTLP/HTTP allows a retry. */
const laterStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * Whether the same request may be answered otherwise a little later. `fromStranger`: nothing is known of the server but
 * its address, nor what it means by a status, so any fault of its own may pass, and so may a 408 or 425. What refusals
 * of GitHub and of model providers mean is known better: `github-api`, `status-error`.
 */
export function mayPass(status: number, { fromStranger = false } = {}): boolean {
  return laterStatuses.has(status) || (fromStranger && (status === 408 || status === 425 || status >= 500))
}
