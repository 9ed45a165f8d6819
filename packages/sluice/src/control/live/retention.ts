import type { Clock } from '@sluice/client'
import type { FeatureState } from '../../records/feature.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import { startWorkLoop, type WorkLoop } from '../loops/work-loop.ts'
import type { ContentStore } from '../store/content-store.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import type { InstanceStore } from '../store/instance-store.ts'
import { openRollouts } from '../store/open-rollouts.ts'
import type { OutcomeLog } from '../store/outcome-log.ts'
import type { ReleaseStore } from '../store/release-store.ts'
import type { Store } from '../store/store.ts'
import { clockSteps } from './clock-steps.ts'

const everyMs = 60_000
/** The whole log is looked at each time. */
const logEveryMs = 3_600_000

/** Instances that may serve nothing any more are kept so long, in ms: a look at them may be under way. */
const silentMs = 60_000

type RetentionStore = Pick<ContentStore, 'expireContent' | 'clearContents' | 'shortenContents'> &
  Pick<OutcomeLog, 'pruneLog' | 'readLog'> &
  Pick<InstanceStore, 'forgetSilent'> &
  Pick<Store, 'now'> &
  Pick<ReleaseStore, 'features'> &
  Pick<EvidenceStore, 'memories' | 'forgetMemory'>

/**
 * Deletes for real what is too old: stored inputs and outputs within a minute of their time, those of features that
 * do not store any more and entries of the log, which hold no texts, within an hour after `keepLogMs`; with the last entry of an
 * ended rollout goes what is remembered of its users. Forgets instances that have ended without a goodbye. What a running
 * rollout rests on stays. While the wall clock is not to be believed nothing is deleted by it.
 */
export function startRetention(options: {
  store: RetentionStore
  clock: Clock
  keepLogMs: number
  faults: Pick<LoopFaults, 'onError' | 'onRecovered'>
}): WorkLoop {
  const { store, clock, keepLogMs, faults } = options
  const isBelieved = clockSteps(clock)
  const steady = () => clock.steady?.() ?? clock.now()
  let prunedAt = Number.NEGATIVE_INFINITY
  return startWorkLoop({
    clock,
    everyMs,
    ...faults,
    async work() {
      if (!isBelieved()) return false
      const now = clock.now()
      await store.expireContent(now)
      const more = await store.forgetSilent((store.now?.() ?? now) - silentMs)
      if (more || steady() - prunedAt < logEveryMs) return more
      await keepAllWithin(store)
      await store.pruneLog(now - keepLogMs)
      await forgetUsers(store, await store.features())
      prunedAt = steady()
      return false
    },
  })
}

/** Settings that were published apply at once to what is stored; this makes up for a process that died in between. */
async function keepAllWithin(store: RetentionStore): Promise<void> {
  const features = await store.features()
  const off = features.flatMap(({ feature, live }) => (live?.store === false ? [feature] : []))
  if (off.length > 0) await store.clearContents(off, 'all')
  for (const { feature, live } of features) if (live?.store) await store.shortenContents(feature, live.retention)
}

/** Of an ended rollout nobody counts any more; with its entries the memory of its users goes as well. */
async function forgetUsers(store: RetentionStore, features: readonly FeatureState[]): Promise<void> {
  const open = new Set(openRollouts(features))
  for (const name of await store.memories()) {
    // The drift watch forgets its users itself, day by day.
    if (open.has(name) || name.startsWith('drift:')) continue
    const [entry] = await store.readLog({ after: 0, limit: 1, rolloutId: name })
    if (!entry) await store.forgetMemory(name)
  }
}
