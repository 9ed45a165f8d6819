import type { Store } from '../store/store.ts'
import type { Telemetry } from './telemetry.ts'

/**
 * The store, whose appends are told to telemetry once they are durable: by whoever appends, so that replicas add up. Both
 * are closed together.
 */
export function watchedStore(store: Store, telemetry: Telemetry): Store {
  return {
    ...store,
    async append(entries) {
      const results = await store.append(entries)
      telemetry.entries(entries.filter((_, index) => results[index] === 'accepted'))
      return results
    },
    async close() {
      await telemetry.close()
      await store.close()
    },
  }
}
