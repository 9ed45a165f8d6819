/** With more keys than this, all buckets are dropped and begin full again. */
const mostKept = 10_000

export interface Rate {
  perSecond: number
  burst: number
}

/** A bucket of permits for each key, refilled at a steady rate. */
export interface RateLimit {
  /** Takes a permit and returns 0; without a permit returns the seconds until there is one. */
  take(key: string, now: number): number
  /** The seconds until there is a permit, 0 if there is one. Takes none. */
  wait(key: string, now: number): number
}

/** Times are in ms. */
export function createRateLimit({ perSecond, burst }: Rate): RateLimit {
  const buckets = new Map<string, { permits: number; at: number }>()
  const permitsOf = (key: string, now: number) => {
    const before = buckets.get(key) ?? { permits: burst, at: now }
    return Math.min(burst, before.permits + (Math.max(0, now - before.at) / 1000) * perSecond)
  }
  const untilOne = (permits: number) => (permits >= 1 ? 0 : (1 - permits) / perSecond)
  return {
    take(key, now) {
      if (buckets.size >= mostKept && !buckets.has(key)) buckets.clear()
      const permits = permitsOf(key, now)
      buckets.set(key, { permits: permits >= 1 ? permits - 1 : permits, at: now })
      return untilOne(permits)
    },
    wait: (key, now) => untilOne(permitsOf(key, now)),
  }
}
