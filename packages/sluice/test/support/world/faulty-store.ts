import type { Clock } from '@sluice/client'
import type { Lease } from '../../../src/control/store/lease-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { type Life, never } from './life.ts'
import type { RandomSource } from './random-source.ts'
import type { Trouble } from './trouble.ts'

export interface FaultyStoreOptions {
  life: Life
  clock: Clock
  random: RandomSource
  trouble: () => Trouble
  /** Leadership that the process loses with its connection, while it lives on. */
  leases: Set<Lease>
}

/**
 * The store as one process sees it: late, failing, now and then doing what it says it could not. A process may die within
 * any call, before or after it has taken effect, and then never learns which.
 */
export function faultyStore(store: Store, options: FaultyStoreOptions): Store {
  const { life, clock, random, trouble, leases } = options

  async function pass(): Promise<void> {
    if (random.chance(trouble().crash)) life.end()
    if (random.chance(trouble().waiting))
      await new Promise<void>((resolve) => clock.setTimer(resolve, random.between(0, 100)))
    if (!life.alive) await never()
  }

  async function call(member: (...args: unknown[]) => unknown, args: unknown[]): Promise<unknown> {
    await pass()
    if (random.chance(trouble().refused)) throw new StoreError('unreachable', 'the store was not reached')
    const result = await Reflect.apply(member, store, args)
    await pass()
    if (random.chance(trouble().unknown)) throw new StoreError('unreachable', 'the connection was lost')
    return result
  }

  function listen(member: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    const stop = Reflect.apply(member, store, args) as () => void
    life.onEnd(stop)
    return stop
  }

  async function lead(name: string): Promise<Lease | undefined> {
    const lease = (await call(store.lead as never, [name])) as Lease | undefined
    if (!lease) return undefined
    leases.add(lease)
    life.onEnd(() => void lease.release())
    return { ...lease, held: () => life.alive && leases.has(lease) && lease.held() }
  }

  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      if (name === 'lead') return lead
      // What was found damaged is known without asking anybody.
      if (name === 'damaged') return () => store.damaged()
      if (String(name).startsWith('on')) return (...args: unknown[]) => listen(member as never, args)
      return (...args: unknown[]) => call(member as never, args)
    },
  })
}
