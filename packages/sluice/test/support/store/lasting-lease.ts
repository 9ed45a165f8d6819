import type { LeaseStore } from '../../../src/control/store/lease-store.ts'

/** Whoever asks leads for good. `number`: of the holder before, as the store knows it (default: there was none). */
export function lastingLease(number = 0): LeaseStore['lead'] {
  return async (name) => ({
    fence: { name, number },
    lastsMs: Number.POSITIVE_INFINITY,
    held: () => true,
    renew: async () => true,
    release: async () => {},
  })
}
