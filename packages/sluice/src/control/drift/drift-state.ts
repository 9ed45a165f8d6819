import { z } from 'zod'
import type { EvidenceStore } from '../store/evidence-store.ts'
import { type Detector, detectorSchema, newDetector, relearn } from './detector.ts'
import { driftSignals, type Signal, signals } from './signals.ts'

const seenSchema = z.strictObject({
  /** Names that the provider has given since `since`; the last 50. */
  names: z.array(z.string()),
  since: z.number().nullable(),
})

const changes = ['served-model', 'served-fingerprint', 'judge-changed'] as const

const eventSchema = z.strictObject({
  code: z.enum([...driftSignals, ...changes]),
  /** ms since the epoch, by the clock of the entry that showed it. */
  at: z.number(),
  /** Seq of that entry. */
  seq: z.int(),
  words: z.string(),
})

/** Something that moved in production without a release. */
export type DriftEvent = z.output<typeof eventSchema>

const driftStateSchema = z.strictObject({
  /** The active version that all of it is about. */
  version: z.string(),
  since: z.number(),
  /** Under which name the users of the last entry's day are remembered. */
  users: z.string().default(''),
  detectors: z.record(z.enum(driftSignals), detectorSchema),
  models: seenSchema,
  fingerprints: seenSchema,
  judgeId: z.string().nullable(),
  /** When a change was last alarmed about, by its kind, ms since the epoch. */
  told: z.partialRecord(z.enum(changes), z.number()).default({}),
  /** The last 20, oldest first. */
  events: z.array(eventSchema),
})

/** What the drift watch knows of a feature. JSON of bounded size: at most 120 KB. */
export type DriftWatchState = z.output<typeof driftStateSchema>

/** As it was before hours of the week were told apart: what it knew of names is read, its detectors are not. */
const formerSchema = z.object({
  ...driftStateSchema.omit({ detectors: true }).shape,
  detectors: z.record(z.enum(driftSignals), z.object({ phase: z.enum(['learning', 'watching']) })),
})

/** `before`: of the version before, of which what is usual in the hours of a week is taken over; its levels are not. */
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
    told: {},
    events: [],
  }
}

/** Under this name the users of a day (UTC) are remembered: on another one each counts again. */
export function usersOfDay(feature: string, at: number): string {
  return `${driftName(feature)} ${new Date(at).toISOString().slice(0, 10)}`
}

/** Under this name the state is kept as a checkpoint. */
export function driftName(feature: string): string {
  return `drift:${feature}`
}

export interface LoadedDrift {
  cursor: number
  /** Null where what is stored cannot be read. */
  state: DriftWatchState | null
  /** It was stored by a version that did not tell hours apart: all levels are learnt anew. */
  isFormer: boolean
}

/** Undefined where nothing was watched yet. */
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
