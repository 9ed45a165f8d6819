import type { Clock } from '@sluice/client'
import type { PastNight } from '../../records/past-night.ts'
import { dayMs } from '../../time-units.ts'
import { startLeaderLoop } from '../loops/leader-loop.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import type { WorkLoop } from '../loops/work-loop.ts'
import { announce } from '../notify/announce.ts'
import { logPageSize } from '../store/outcome-log.ts'
import { asideName } from '../store/rows/evidence-row.ts'
import type { Store } from '../store/store.ts'
import {
  type DriftEvent,
  type DriftWatchState,
  driftName,
  loadDrift,
  newDriftWatchState,
  usersOfDay,
} from './drift-state.ts'
import { observeDrift, type SourceDays, sourceOf } from './observe-drift.ts'
import { driftView } from './read-drift.ts'
import { suspectOf } from './suspect.ts'

export interface DriftWatchOptions {
  store: Store
  clock: Clock
  /** What the last nightly of a feature found, if there was one. */
  nightOf: (feature: string) => PastNight | undefined
  faults: LoopFaults
  /** Interval of checks in ms (default 10,000). */
  everyMs?: number | undefined
}

/**
 * Watches production, with or without a rollout, for changes that were not released. It reads the log of each feature
 * in order, so that no entry counts twice, and each alarm is recorded once.
 */
export function startDriftWatch(options: DriftWatchOptions): WorkLoop {
  const { store, clock, faults, everyMs = 10_000 } = options
  const read = new Map<string, number>()
  let epoch: string | undefined
  return startLeaderLoop({
    store,
    name: 'drift',
    clock,
    everyMs,
    wakers: [(wake) => store.onChange(wake)],
    ...faults,
    async work({ held }) {
      let more = false
      const present = (await store.head()).epoch
      // In an older state that was put back, entries come again under numbers that were read before.
      if (present !== epoch) read.clear()
      epoch = present
      const unread = await store.withEntriesAfter(read)
      const states = await store.features()
      faults.keepOnly(states.flatMap(({ feature, active }) => (active === null ? [] : feature)))
      for (const { feature, active } of states) {
        if (active === null || (read.has(feature) && !unread.has(feature)) || !held()) continue
        if (await faults.attempt(feature, () => watchFeature(feature, active, read, options))) more = true
      }
      return more
    },
  })
}

/**
 * Processes the next page of a feature's log; true if there is more.
 *
 * @param read the entry of each feature after which there was none when it was looked at last. Its state has up to 120
 *   KB: it is read only where an entry has come since, and so it need not be that of the present leader. All features
 *   are asked for at once: a thousand questions each ten seconds would keep a leader on PostgreSQL from answering pages
 */
async function watchFeature(
  feature: string,
  active: string,
  read: Map<string, number>,
  options: DriftWatchOptions,
): Promise<boolean> {
  const { store } = options
  read.delete(feature)
  const loaded = await loadDrift(store, feature)
  if (loaded?.state === null) return beginAnew(feature, active, loaded.cursor, options)
  const after = loaded?.cursor ?? 0
  const page = await store.readLog({ after, limit: logPageSize, feature })
  const [first] = page
  if (!first) {
    read.set(feature, after)
    return false
  }
  const day = Math.floor(first.receivedAt / dayMs)
  const beyond = page.findIndex(({ receivedAt }) => Math.floor(receivedAt / dayMs) !== day)
  const entries = beyond < 0 ? page : page.slice(0, beyond)
  const last = entries.at(-1) ?? first
  const before = loaded?.state
  const state = before?.version === active ? before : newDriftWatchState(active, first.receivedAt, before)
  if (loaded?.isFormer) await reportReset(feature, loaded.cursor, upgraded, options)
  const users = usersOfDay(feature, first.receivedAt)
  const known = await store.units(users, entries.map(sourceOf))
  const records = new Map<string, Record<string, unknown>>()
  for (const entry of entries) {
    const source = sourceOf(entry)
    const memory = (records.get(source) ?? known.get(source)) as SourceDays | undefined
    const seen = observeDrift(state, entry, memory)
    if (seen.memory && seen.memory !== memory) records.set(source, { ...seen.memory })
    for (const event of seen.events) await alarm(feature, event, state, options)
  }
  const isSaved = await store.saveCheckpoint(
    driftName(feature),
    loaded?.cursor ?? -1,
    { cursor: last.seq, state: { ...state, users }, summary: driftView(state) },
    { rolloutId: users, records },
  )
  if (loaded?.state.users !== users) await forgetOtherDays(store, feature, users)
  const more = beyond >= 0 || page.length === logPageSize
  if (isSaved && !more) read.set(feature, last.seq)
  return more
}

/** A user counts once a day, so after a day its users are no longer needed. */
async function forgetOtherDays(store: Store, feature: string, users: string): Promise<void> {
  const ofFeature = (name: string) => name === driftName(feature) || name.startsWith(`${driftName(feature)} `)
  for (const name of await store.memories()) if (ofFeature(name) && name !== users) await store.forgetMemory(name)
}

const upgraded =
  'This version of Sluice learns what is usual for each hour of the week. The drift watch starts again: two days without alarms, then twelve with alarms for large changes only.'

/**
 * Keeps an unreadable state under another name, for inspection, and reports it. Learning begins anew with the next
 * entry.
 */
async function beginAnew(
  feature: string,
  active: string,
  cursor: number,
  options: DriftWatchOptions,
): Promise<boolean> {
  const name = driftName(feature)
  const words = `The state of the drift watch could not be read and was set aside as "${asideName(name)}". The watch starts again: two days without alarms, then twelve with alarms for large changes only.`
  await reportReset(feature, cursor, words, options)
  const fresh = { cursor, state: newDriftWatchState(active, options.clock.now()) }
  return await options.store.setAside(name, cursor, { fresh })
}

function reportReset(
  feature: string,
  cursor: number,
  reason: string,
  { store, clock }: DriftWatchOptions,
): Promise<void> {
  return announce(store, {
    feature,
    rolloutId: null,
    action: 'drift.reset',
    key: `${feature} ${cursor}`,
    reason,
    evidence: null,
    at: clock.now(),
  })
}

function alarm(
  feature: string,
  event: DriftEvent,
  state: DriftWatchState,
  { store, clock, nightOf }: DriftWatchOptions,
): Promise<void> {
  const suspect = suspectOf(event, state, nightOf(feature))
  return announce(store, {
    feature,
    rolloutId: null,
    action: 'drift.alarm',
    key: `${feature} ${state.version} ${event.code} ${event.seq}`,
    reason: `${event.words} ${suspect.words}`,
    evidence: { ...event, version: state.version, suspect },
    at: clock.now(),
  })
}
