import type { Clock } from '@sluice/client'
import type { Store } from '../../store/store.ts'
import type { Metrics } from './metrics.ts'
import { stopwatch } from './stopwatch.ts'

/** The store with the time that each of its methods takes as a metric. */
export function timedStore(store: Store, clock: Clock, metrics: Metrics): Store {
  const observe = (method: string, ms: number) => {
    const seconds = ms / 1000
    metrics.time('store_seconds', 'Time that the store took.', { method }, seconds)
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
