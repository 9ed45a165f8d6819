import { newIdentity, type StoreIdentity } from '../identity.ts'
import { localLeases } from '../local-leases.ts'
import type { Store } from '../store.ts'
import { memoryContents } from './contents.ts'
import { memoryEvidence } from './evidence.ts'
import { memoryInstances } from './instances.ts'
import { memoryJudgeQueue } from './judge-queue.ts'
import { memoryOutcomes } from './outcomes.ts'
import { memoryReleases } from './releases.ts'

/**
 * A store for simulations: every method takes effect at once and in the order of the calls, so that a run with the same
 * `identity` repeats itself. Values are copied on their way in and out. Lost with the process. Leases end by `now`, in
 * ms, and not by themselves without it.
 */
export function memoryStore(identity: StoreIdentity = newIdentity(), { now }: { now?: () => number } = {}): Store {
  const { lastFence, ...leases } = localLeases('memory', now)
  const { featureList, ...releases } = memoryReleases(lastFence)
  const { removeWhere, ...outcomes } = memoryOutcomes(featureList)
  const queue = memoryJudgeQueue()
  return {
    kind: 'memory',
    ...identity,
    ...releases,
    ...outcomes,
    ...memoryInstances(),
    ...leases,
    ...memoryEvidence(),
    ...queue,
    ...memoryContents({ ...outcomes, removeWhere }, queue),
    ping: async () => {},
    close: async () => {},
  }
}
