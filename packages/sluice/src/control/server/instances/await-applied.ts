import type { Applied } from '../../../records/applied.ts'
import type { FeatureState } from '../../../records/feature.ts'
import { mostInstances } from '../../store/instance-store.ts'
import type { Services } from '../services.ts'
import { stopwatch, within } from '../timers.ts'
import { appliedStates, canaryTakenBack } from './applied-states.ts'
import { silenceOf, untilSilent, wallTime } from './instance-states.ts'

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
  let change = Promise.withResolvers<void>()
  const stopListening = store.onAcknowledge(() => change.resolve())
  const end = clock.setTimer(() => {
    isOver = true
    over.resolve()
  }, waitMs)
  try {
    for (;;) {
      // Set before the read, since a report that arrives during the read may not be part of it.
      change = Promise.withResolvers<void>()
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
      await within(clock, nextSilentMs, Promise.race([change.promise, over.promise]))
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
  const states = await appliedStates(services, state)
  const recordsOf = (...standings: string[]) =>
    states.filter(({ standing }) => standings.includes(standing)).map(({ record }) => record)
  const missingRecords = recordsOf('missing')
  const isCanaryGone = canaryTakenBack(state) !== undefined
  return {
    total: states.length,
    applied: recordsOf('applied').length,
    incumbentsOnly: recordsOf('incumbentsOnly').length,
    missing: recordsOf('missing', 'silent').map(({ instance }) => instance),
    silent: recordsOf('silent').map((record) => ({
      instance: record.instance,
      silentMs: silenceOf(services, record),
      mayServeUntil: isCanaryGone ? wallTime(services, record.mayServeUntil) : null,
    })),
    nextSilentMs:
      missingRecords.length === 0
        ? null
        : missingRecords.map((one) => untilSilent(services, one)).reduce((a, b) => Math.min(a, b)),
    uncounted: [...Map.groupBy(states, ({ record }) => record.tokenId).values()].some(
      ({ length }) => length >= mostInstances,
    ),
  }
}
