import type { Clock } from '@sluice/client'
import type { AuditRow } from '../../../records/audit-row.ts'
import type { StoredContent } from '../../../records/content.ts'
import type { PastNight } from '../../../records/past-night.ts'
import type { VersionRecord } from '../../../records/version.ts'
import type { DriftView } from '../../drift/read-drift.ts'
import type { Assessment } from '../../rollout/assessment/assessment.ts'
import { type JudgeHealth, readJudgeHealth } from '../../rollout/assessment/judge-health.ts'
import type { Store } from '../../store/store.ts'
import { unlessDamaged } from '../../store/store-error.ts'
import type { EngineState, RecordedEvidence } from '../engine-state.ts'

/** Reads that are kept for a while, so that pages that are made every second do not repeat each of them. */
export interface KeptReads {
  assessment(rolloutId: string): Promise<Assessment | null>
  recorded(rolloutId: string): Promise<RecordedEvidence | null>
  /** The worst judged answers of a version in a rollout. */
  worst(of: { feature: string; rolloutId: string; version: string; limit: number }): Promise<StoredContent[]>
  /** The last rows of a feature's log up to this one, at most `mostRows`, in order. */
  lastRows(feature: string, upTo: number): Promise<AuditRow[]>
  /** Undefined if there is none, or its row cannot be read. */
  version(feature: string, id: string): Promise<VersionRecord | undefined>
  judgeHealth(feature: string): Promise<JudgeHealth>
  drift(feature: string): Promise<DriftView | null>
  /** Undefined if there was none, or nights are not known here. */
  lastNight(feature: string): PastNight | undefined
  /** At most the last `mostNights`, oldest first. */
  nights(feature: string): readonly PastNight[]
}

/** How old each may be, in ms: the faster it changes, the less. */
const keptMs = {
  ...{ assessment: 900, worst: 5000, lastRows: 60_000, version: 5000, judgeHealth: 5000, drift: 30_000, night: 60_000 },
}

/** So many rows of a log are read to show the last ones. */
export const mostRows = 200
/** So many nights of a feature are shown. */
export const mostNights = 14

export function createKeptReads({
  store,
  engineState,
  clock,
}: {
  store: Pick<Store, 'version' | 'checkpoint' | 'worstContent' | 'audit'>
  engineState: EngineState
  clock: Pick<Clock, 'now'>
}): KeptReads {
  const assessments = keeper<Promise<Assessment | null>>(clock, keptMs.assessment)
  const recorded = keeper<Promise<RecordedEvidence | null>>(clock, keptMs.assessment)
  const worst = keeper<Promise<StoredContent[]>>(clock, keptMs.worst)
  const rows = keeper<Promise<AuditRow[]>>(clock, keptMs.lastRows)
  const versions = keeper<Promise<VersionRecord | undefined>>(clock, keptMs.version)
  const judges = keeper<Promise<JudgeHealth>>(clock, keptMs.judgeHealth)
  const drifts = keeper<Promise<DriftView | null>>(clock, keptMs.drift)
  const lastNights = keeper<PastNight | undefined>(clock, keptMs.night)
  const nights = keeper<readonly PastNight[]>(clock, keptMs.night)
  return {
    assessment: (id) => assessments(id, async () => engineState.lately?.(id) ?? (await engineState.assessment(id))),
    recorded: (id) => recorded(id, async () => (await engineState.recorded?.(id)) ?? null),
    worst: (of) => worst(JSON.stringify(of), () => store.worstContent(of)),
    lastRows: (feature, upTo) =>
      rows(`${feature}\0${upTo}`, () => store.audit(feature, { after: Math.max(0, upTo - mostRows), limit: mostRows })),
    version: (feature, id) => versions(`${feature}\0${id}`, () => unlessDamaged(() => store.version(feature, id))),
    judgeHealth: (feature) => judges(feature, () => readJudgeHealth(store, feature)),
    drift: (feature) => drifts(feature, () => engineState.drift(feature)),
    lastNight: (feature) => lastNights(feature, () => engineState.nights?.(feature, 1)[0]),
    nights: (feature) => nights(feature, () => engineState.nights?.(feature, mostNights) ?? []),
  }
}

const mostKept = 5000

/** The value of a key, read again once it is too old. What could not be read is not kept. */
function keeper<T>(clock: Pick<Clock, 'now'>, forMs: number): (key: string, read: () => T) => T {
  const kept = new Map<string, { at: number; value: T }>()
  return (key, read) => {
    const now = clock.now()
    const before = kept.get(key)
    if (before && now < before.at + forMs && now >= before.at) return before.value
    if (kept.size >= mostKept) kept.clear()
    const entry = { at: now, value: read() }
    kept.set(key, entry)
    if (entry.value instanceof Promise) entry.value.catch(() => kept.get(key) === entry && kept.delete(key))
    return entry.value
  }
}
