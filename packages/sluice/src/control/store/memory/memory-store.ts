import { entriesBy } from '../forget-store.ts'
import { newIdentity, type StoreIdentity } from '../identity.ts'
import { localLeases } from '../local-leases.ts'
import type { Store } from '../store.ts'
import { memoryContents } from './contents.ts'
import { memoryEvidence } from './evidence.ts'
import { memoryForgetting } from './forgetting.ts'
import { memoryInstances } from './instances.ts'
import { memoryJudgeQueue } from './judge-queue.ts'
import { memoryOutcomes } from './outcomes.ts'
import { memoryReleases } from './releases.ts'

/**
 * A store for simulations. Every method takes effect at once and in the order of the calls, so a run with the same
 * `identity` can be repeated exactly. Values are copied when they are written and read. The store is lost with the
 * process. Leases expire by `now` (ms); without it they do not expire.
 */
export function memoryStore(identity: StoreIdentity = newIdentity(), { now }: { now?: () => number } = {}): Store {
  const { lastFence, ...leases } = localLeases('the only replica', now)
  const { featureList, ...releases } = memoryReleases(identity.epoch, lastFence)
  const forgetting = memoryForgetting()
  const { removeWhere: removeEntries, ...outcomes } = memoryOutcomes(featureList, forgetting)
  const { remove, removeWhere: removeContents, ...contents } = memoryContents(forgetting)
  const { waiting, ...queue } = memoryJudgeQueue((tasks) => void remove(tasks))
  const { removeUnit, ...evidence } = memoryEvidence(forgetting, lastFence)
  return {
    kind: 'memory',
    isShared: false,
    ...identity,
    ...releases,
    ...outcomes,
    ...memoryInstances(),
    ...leases,
    ...evidence,
    ...queue,
    ...contents,
    async clearContents(features, which) {
      const tasks = waiting(features)
      const gone = which === 'all' ? removeContents(({ feature }) => features.includes(feature)).length : remove(tasks)
      await queue.finish(tasks)
      return gone
    },
    async discard(keys) {
      await queue.finish(keys)
      remove(keys)
    },
    async forget(wanted) {
      const { unit, features } = wanted
      forgetting.note(wanted)
      const isWanted = (one: { unit: string | null; feature: string }) =>
        one.unit === unit && (features?.some(({ feature }) => feature === one.feature) ?? true)
      const rolloutIds = features && new Set(features.flatMap((each) => each.rolloutIds))
      const gone = removeContents(isWanted)
      const entries = removeEntries(isWanted)
      await queue.finish([...gone, ...entries])
      return { contents: gone.length, memories: removeUnit(unit, rolloutIds), entries: entriesBy(entries) }
    },
    damaged: () => [],
    ping: async () => {},
    close: async () => {},
  }
}
