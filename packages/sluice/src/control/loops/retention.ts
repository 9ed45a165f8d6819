import type { Clock } from '@sluice/client'
import type { FeatureState } from '../../records/feature.ts'
import { hourMs } from '../../time-units.ts'
import type { ContentStore } from '../store/content-store.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import type { InstanceStore } from '../store/instance-store.ts'
import { openRollouts } from '../store/open-rollouts.ts'
import type { OutcomeLog } from '../store/outcome-log.ts'
import type { ReleaseStore } from '../store/release-store.ts'
import type { Store } from '../store/store.ts'
import { clockSteps } from './clock-steps.ts'
import type { LoopFaults } from './loop-faults.ts'
import { startWorkLoop, type WorkLoop } from './work-loop.ts'

const usualMs = 60_000
/** Old entries are deleted once an hour, since this reads the whole log. */
const logEveryMs = hourMs

/** Instances that can serve nothing any more are kept for this time, in ms, since a read of them may be under way. */
const silentMs = 60_000

type RetentionStore = Pick<ContentStore, 'expireContent' | 'clearContents' | 'shortenContents'> &
  Pick<OutcomeLog, 'pruneLog' | 'readLog'> &
  Pick<InstanceStore, 'forgetSilent'> &
  Pick<Store, 'now'> &
  Pick<ReleaseStore, 'features'> &
  Pick<EvidenceStore, 'memories' | 'forgetMemory'>

/**
 * Deletes what is too old. Stored inputs and outputs are deleted within a minute of their time. Those of features that
 * no longer store any, and log entries (which hold no texts) older than `keepLogMs`, are deleted within an hour. With
 * the last entry of an ended rollout its users are forgotten. Instances that ended without saying so are forgotten.
 * Data that a running rollout needs stays. While the wall clock is not trusted nothing is deleted by it.
 */
export function startRetention(options: {
  store: RetentionStore
  clock: Clock
  keepLogMs: number
  faults: Pick<LoopFaults, 'onError' | 'onRecovered'>
  /** Default 60,000. */
  everyMs?: number | undefined
}): WorkLoop {
  const { store, clock, keepLogMs, faults, everyMs = usualMs } = options
  const isClockTrusted = clockSteps(clock)
  const steady = () => clock.steady?.() ?? clock.now()
  let prunedAt = Number.NEGATIVE_INFINITY
  return startWorkLoop({
    clock,
    everyMs,
    ...faults,
    async work() {
      if (!isClockTrusted()) return false
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

/** Published settings are applied to stored contents at once. This repeats it, in case a process died in between. */
async function keepAllWithin(store: RetentionStore): Promise<void> {
  const features = await store.features()
  const off = features.flatMap(({ feature, live }) => (live?.store === false ? [feature] : []))
  if (off.length > 0) await store.clearContents(off, 'all')
  for (const { feature, live } of features) if (live?.store) await store.shortenContents(feature, live.retention)
}

/** An ended rollout counts no more users. When its entries are deleted, its users are forgotten too. */
async function forgetUsers(store: RetentionStore, features: readonly FeatureState[]): Promise<void> {
  const open = new Set(openRollouts(features))
  for (const name of await store.memories()) {
    // The drift watch forgets its own users day by day.
    if (open.has(name) || name.startsWith('drift:')) continue
    const [entry] = await store.readLog({ after: 0, limit: 1, rolloutId: name })
    if (!entry) await store.forgetMemory(name)
  }
}
