/** Of more keys at a time all buckets begin anew. */
const mostKept = 10_000

export interface Rate {
  perSecond: number
  burst: number
}

/** A bucket of permits for each key, refilled at a steady rate. */
export interface RateLimit {
  /** Takes a permit: 0 where there was one, else the seconds until there will be. */
  take(key: string, now: number): number
}

/** Times are in ms. */
export function createRateLimit({ perSecond, burst }: Rate): RateLimit {
  const buckets = new Map<string, { permits: number; at: number }>()
  return {
    take(key, now) {
      if (buckets.size >= mostKept && !buckets.has(key)) buckets.clear()
      const before = buckets.get(key) ?? { permits: burst, at: now }
      const gained = (Math.max(0, now - before.at) / 1000) * perSecond
      const permits = Math.min(burst, before.permits + gained)
      buckets.set(key, { permits: permits >= 1 ? permits - 1 : permits, at: now })
      return permits >= 1 ? 0 : (1 - permits) / perSecond
    },
  }
}
