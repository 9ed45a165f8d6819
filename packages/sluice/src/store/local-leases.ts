import type { Lease } from './store.ts'

/** Leadership where one process is all there is: a name is held by one caller at a time. */
export function localLeases(): (name: string) => Promise<Lease | undefined> {
  const holders = new Map<string, Lease>()
  return async (name) => {
    if (holders.has(name)) return undefined
    const lease: Lease = {
      held: () => holders.get(name) === lease,
      release: async () => {
        if (lease.held()) holders.delete(name)
      },
    }
    holders.set(name, lease)
    return lease
  }
}
