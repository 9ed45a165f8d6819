import type { Applied } from '../../../records/applied.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { InstanceRecord } from '../../../records/instance.ts'
import { mostInstances } from '../../store/instance-store.ts'
import { maySee } from '../access/caller.ts'
import type { Services } from '../services.ts'
import { stopwatch, within } from '../timers.ts'
import { isInstanceSilent, servingInstances, silenceOf, untilSilent, wallTime } from './instance-states.ts'

/** Reading the instances is given up after this time. The change is committed, and its answer must not wait for it. */
const longestReadMs = 2000
/** The pause after a read is this many times as long as the read, so reading takes at most a fifth of the time. */
const pausePerRead = 4
const longestPauseMs = 200

/**
 * Waits until all instances that may see the feature have acknowledged its state or are silent, at most `waitMs` (ms)
 * and the time of one read. The store reports each acknowledgement, also those sent to other replicas. Null if `waitMs`
 * is 0 or the instances cannot be read.
 */
export async function awaitApplied(services: Services, state: FeatureState, waitMs: number): Promise<Applied | null> {
  if (waitMs === 0) return null
  const { store, clock } = services
  const passed = stopwatch(clock)
  const over = Promise.withResolvers<void>()
  let isOver = false
  let news = Promise.withResolvers<void>()
  const stopListening = store.onAcknowledge(() => news.resolve())
  const end = clock.setTimer(() => {
    isOver = true
    over.resolve()
  }, waitMs)
  try {
    for (;;) {
      // Set before the read, since a report that arrives during the read may not be part of it.
      news = Promise.withResolvers<void>()
      const took = stopwatch(clock)
      const now = await within(
        clock,
        longestReadMs,
        appliedNow(services, state).catch(() => undefined),
      )
      if (!now) return null
      const { nextSilentMs, ...applied } = now
      if (nextSilentMs === null || isOver) return { ...applied, elapsedMs: Math.round(passed()) }
      const pauseMs = Math.min(longestPauseMs, pausePerRead * took())
      await within(clock, nextSilentMs, Promise.race([news.promise, over.promise]))
      if (pauseMs > 0) await within(clock, pauseMs, over.promise)
    }
  } finally {
    stopListening()
    clock.clearTimer(end)
  }
}

/** The present state, and the time in ms until the next awaited instance counts as silent; null if none is awaited. */
async function appliedNow(
  services: Services,
  state: FeatureState,
): Promise<Omit<Applied, 'elapsedMs'> & { nextSilentMs: number | null }> {
  const { epoch: present } = services.snapshots.view(null).snapshot
  const concerned = await concernedInstances(services, state.feature)
  const has = ({ epoch, revision, known }: InstanceRecord) => known && epoch === present && revision >= state.revision
  const others = concerned.filter((instance) => !has(instance))
  const takenBack = canaryTakenBack(state)
  const missing = others.filter((instance) => !takenBack || !servesNoneOf(services, takenBack, instance))
  const silent = missing.filter((instance) => isInstanceSilent(services, instance))
  const heard = missing.filter((instance) => !isInstanceSilent(services, instance))
  return {
    total: concerned.length,
    applied: concerned.length - others.length,
    incumbentsOnly: others.length - missing.length,
    missing: missing.map(({ instance }) => instance),
    silent: silent.map((record) => ({
      instance: record.instance,
      silentMs: silenceOf(services, record),
      mayServeUntil: takenBack ? wallTime(services, record.mayServeUntil) : null,
    })),
    nextSilentMs:
      heard.length === 0 ? null : heard.map((one) => untilSilent(services, one)).reduce((a, b) => Math.min(a, b)),
    uncounted: [...Map.groupBy(concerned, ({ tokenId }) => tokenId).values()].some(
      ({ length }) => length >= mostInstances,
    ),
  }
}

async function concernedInstances(services: Services, feature: string): Promise<InstanceRecord[]> {
  const [serving, tokens] = await Promise.all([servingInstances(services), services.store.tokens()])
  const seeing = new Set(tokens.filter((token) => maySee(token, feature)).map(({ id }) => id))
  return serving.filter(({ tokenId }) => tokenId !== null && seeing.has(tokenId))
}

interface EndedCanary {
  startedAfter: number
  endedAt: number
}

/** The rollout whose end, as the last change, gave everybody the incumbent. */
function canaryTakenBack({ rollout, takenBack }: FeatureState): EndedCanary | undefined {
  if (!rollout || rollout.canary !== takenBack?.version || rollout.status !== 'rolledBack') return undefined
  const { startedAfter, endedAt } = rollout
  return startedAfter === undefined || endedAt === null ? undefined : { startedAfter, endedAt }
}

/**
 * Whether the instance reported, after the end of the rollout, that it serves only the incumbent. An earlier report does
 * not count, since its answer may have allowed the instance to serve the canary again.
 */
function servesNoneOf(
  services: Services,
  { startedAfter, endedAt }: EndedCanary,
  { stale, known, epoch, revision, seenAt }: InstanceRecord,
): boolean {
  const present = services.snapshots.view(null).snapshot.epoch
  return stale && wallTime(services, seenAt) > endedAt && known && epoch === present && revision >= startedAfter
}
