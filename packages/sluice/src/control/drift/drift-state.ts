import { z } from 'zod'
import { utcDay } from '../../text/format.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import { type Detector, detectorSchema, newDetector, relearn } from './detector.ts'
import { driftSignals, type Signal, signals } from './signals.ts'

const seenSchema = z.strictObject({
  /** The last 50 names that the provider has reported since `since`. */
  names: z.array(z.string()),
  since: z.number().nullable(),
})

const changes = ['served-model', 'served-fingerprint', 'judge-changed'] as const

export const driftEventSchema = z.strictObject({
  code: z.enum([...driftSignals, ...changes]),
  /** Time of the entry that showed it, in ms since the epoch. */
  at: z.number(),
  /** Sequence number of that entry. */
  seq: z.int(),
  words: z.string(),
})

/** A change in production without a release. */
export type DriftEvent = z.output<typeof driftEventSchema>

const driftStateSchema = z.strictObject({
  /** The active version that is watched. */
  version: z.string(),
  since: z.number(),
  /** The name under which the users of the last entry's day are remembered. */
  users: z.string().default(''),
  detectors: z.record(z.enum(driftSignals), detectorSchema),
  models: seenSchema,
  fingerprints: seenSchema,
  judgeId: z.string().nullable(),
  /** Time of the last observation by its signal, in ms since the epoch, also of a source that counted that day. */
  heard: z.partialRecord(z.enum(driftSignals), z.number()).default({}),
  /** Time of the last alarm by its kind, in ms since the epoch. */
  told: z.partialRecord(z.enum(changes), z.number()).default({}),
  /** The last 20, oldest first. */
  events: z.array(driftEventSchema),
})

/** The state of the drift watch for a feature. JSON of at most 120 KB. */
export type DriftWatchState = z.output<typeof driftStateSchema>

/**
 * A stored state of a version that did not distinguish hours of the week. Its names are used, its detectors are not.
 */
const formerSchema = z.object({
  ...driftStateSchema.omit({ detectors: true }).shape,
  detectors: z.record(z.enum(driftSignals), z.object({ phase: z.enum(['learning', 'watching']) })),
})

/** `before`: the state of the previous version. What is usual in the hours of a week is kept, its levels are not. */
export function newDriftWatchState(version: string, since: number, before?: DriftWatchState): DriftWatchState {
  const detectors = Object.fromEntries(
    driftSignals.map((signal) => [
      signal,
      before ? relearn(before.detectors[signal], since, signals[signal]) : newDetector(since, signals[signal]),
    ]),
  )
  return {
    version,
    since,
    users: '',
    detectors: detectors as Record<Signal, Detector>,
    models: { names: [], since: null },
    fingerprints: { names: [], since: null },
    judgeId: null,
    heard: {},
    told: {},
    events: [],
  }
}

/** The name under which the users of a day (UTC) are remembered. On another day each counts again. */
export function usersOfDay(feature: string, at: number): string {
  return `${driftName(feature)} ${utcDay(at)}`
}

/** The name of the checkpoint with the state. */
export function driftName(feature: string): string {
  return `drift:${feature}`
}

export interface LoadedDrift {
  cursor: number
  /** Null if the stored state cannot be read. */
  state: DriftWatchState | null
  /** It was stored by a version that did not distinguish hours, so all levels are learnt anew. */
  isFormer: boolean
}

/** Undefined if nothing was watched yet. */
export async function loadDrift(
  store: Pick<EvidenceStore, 'checkpoint'>,
  feature: string,
): Promise<LoadedDrift | undefined> {
  const kept = await store.checkpoint(driftName(feature))
  if (!kept) return undefined
  const { cursor } = kept
  const state = driftStateSchema.safeParse(kept.state).data
  if (state) return { cursor, state, isFormer: false }
  const former = formerSchema.safeParse(kept.state).data
  if (!former) return { cursor, state: null, isFormer: false }
  const { detectors: _, ...known } = former
  const { detectors } = newDriftWatchState(former.version, former.since)
  return { cursor, state: { ...known, detectors }, isFormer: true }
}
