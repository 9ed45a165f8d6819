import { type Lease, type LeaseStore, leaseMs } from './lease-store.ts'

interface Held {
  number: number
  endsAt: number
}

/** Leases of a store that only one process uses. */
export interface LocalLeases extends LeaseStore {
  /** The number of the last holder of the name, which a commit must have; 0 if there was none. */
  lastFence(name: string): number
}

/** @param now a clock in ms that never steps; without it leases do not expire. */
export function localLeases(holder: string, now?: () => number): LocalLeases {
  const names = new Map<string, Held>()
  const lasts = ({ endsAt }: Held) => endsAt > (now?.() ?? 0)
  return {
    lastFence: (name) => names.get(name)?.number ?? 0,
    async lead(name, { forMs = leaseMs } = {}) {
      const before = names.get(name)
      if (before && lasts(before)) return undefined
      const lastsMs = now ? forMs : Number.POSITIVE_INFINITY
      const end = () => (now?.() ?? 0) + lastsMs
      const own: Held = { number: (before?.number ?? 0) + 1, endsAt: end() }
      names.set(name, own)
      const isLast = () => names.get(name) === own
      const lease: Lease = {
        fence: { name, number: own.number },
        lastsMs,
        held: () => isLast() && lasts(own),
        async renew() {
          if (isLast()) own.endsAt = end()
          return lease.held()
        },
        async release() {
          own.endsAt = Number.NEGATIVE_INFINITY
        },
      }
      return lease
    },
    leases: async () =>
      [...names]
        .filter(([, held]) => lasts(held))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { endsAt }]) => ({ name, holder, ours: true, leftMs: now ? endsAt - now() : null })),
  }
}
