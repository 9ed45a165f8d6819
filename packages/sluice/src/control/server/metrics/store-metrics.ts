import type { Clock } from '@sluice/client'
import type { Store } from '../../store/store.ts'
import type { Services } from '../services.ts'
import { every, stopwatch } from '../timers.ts'
import type { Metrics } from './metrics.ts'

/** Wraps a store so that the time of each of its methods is a metric. */
export function timedStore(store: Store, clock: Clock, metrics: Metrics): Store {
  const observe = (method: string, ms: number) => {
    const seconds = ms / 1000
    metrics.time('store_seconds', 'Time that a call of the store took.', { method }, seconds)
  }
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const passed = stopwatch(clock)
        const result: unknown = Reflect.apply(member, target, args)
        if (result instanceof Promise) return result.finally(() => observe(String(name), passed()))
        return result
      }
    },
  })
}

const everyMs = 10_000

/**
 * Logs each stored row that cannot be read once, and counts these rows for Prometheus. Returns a function that stops
 * the watch.
 */
export function watchDamagedRows({ store, clock, metrics, log }: Services): () => void {
  const named = new Set<string>()
  metrics.gauge('store_damaged_rows', 'Stored rows that cannot be read, and are left out.', () =>
    damagedByFeature(store).map(({ kind, feature, rows }) => ({
      labels: { kind, feature: feature ?? '' },
      value: rows,
    })),
  )
  return every(clock, everyMs, () => {
    for (const { kind, feature, row } of store.damaged()) {
      const key = JSON.stringify([kind, row])
      if (named.has(key)) continue
      named.add(key)
      log('error', 'a stored row cannot be read and is left out: restore a backup', { kind, feature, row })
    }
  })
}

/** How many rows of each kind cannot be read, by feature. The log names them. */
export function damagedByFeature(
  store: Pick<Store, 'damaged'>,
): { kind: string; feature: string | null; rows: number }[] {
  const groups = Map.groupBy(store.damaged(), ({ kind, feature }) => JSON.stringify([kind, feature]))
  return [...groups.values()].flatMap((rows) =>
    rows.slice(0, 1).map(({ kind, feature }) => ({ kind, feature, rows: rows.length })),
  )
}
