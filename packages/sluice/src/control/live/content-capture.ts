import type { Capture, Clock } from '@sluice/client'
import { SluiceError } from '../../errors.ts'
import type { StoredContent } from '../../records/content.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { JudgeTask } from '../../records/judge-task.ts'
import type { AcceptedOutcome, LogDraft } from '../../records/outcome.ts'
import { type LiveSettings, ppmPerWhole } from '../../records/rollout/rollout-settings.ts'
import { formatAmount } from '../../text/format.ts'
import { isCaptured } from '../release/capture.ts'
import type { Store } from '../store/store.ts'
import { type KnownUnits, knownUnitsIn } from './known-units.ts'
import type { Redact, RedactTexts, StorableTexts } from './redact.ts'
import { type ReportedWay, redactWay, type StoredWay } from './redact-trajectory.ts'
import { type Sampling, samplingOf } from './sampling.ts'
import { urgencyOf } from './urgency.ts'

/**
 * The result for a request that sent its content. Content is kept only if it is `stored`. `dropped` counts requests
 * that a full queue removed, also stored ones.
 */
export type CaptureResult = 'stored' | 'not-allowed' | 'not-sampled' | 'no-judge' | 'redactor-failed' | 'dropped'

export interface CaptureOptions {
  store: Store
  clock: Clock
  /** Random numbers in [0,1). */
  random: () => number
  redactorOf: (file?: string) => Promise<Redact>
  redactTextsOf: (file?: string) => Promise<RedactTexts>
  count: (feature: string, result: CaptureResult, by: number) => void
  onError: (error: unknown) => void
}

interface CaptureContext extends CaptureOptions {
  knownUnits: (requests: readonly LogDraft[]) => Promise<KnownUnits>
}

/** Most waiting tasks of a feature. */
const queueBound = 10_000

interface Captured extends StorableTexts {
  entry: LogDraft
  way: ReportedWay
  captured: number
}

/**
 * Redacts, stores and queues the contents that accepted requests sent to be judged. Nothing is stored unless the
 * feature allows it, and what is not stored is not judged. Never rejects, since the outcome itself is already logged.
 */
export function createContentCapture(options: CaptureOptions): (accepted: readonly AcceptedOutcome[]) => Promise<void> {
  const knownUnits = knownUnitsIn(options.store, options.clock)
  return async (accepted) => {
    const byFeature = Map.groupBy(accepted.flatMap(capturedOf), ({ entry }) => entry.feature)
    for (const [feature, requests] of byFeature) {
      try {
        await takeIn(feature, requests, { ...options, knownUnits })
      } catch (error) {
        options.onError(error)
      }
    }
  }
}

function capturedOf({ entry, outcome }: AcceptedOutcome): Captured[] {
  if (outcome.kind === 'feedback') return []
  const { input, output, captured, steps, toolCalls, trajectory, trajectoryRef } = outcome
  return input === undefined || output === undefined || captured === undefined
    ? []
    : [{ entry, input, output, captured, way: { steps, toolCalls, trajectory, trajectoryRef } }]
}

async function takeIn(feature: string, requests: readonly Captured[], options: CaptureContext): Promise<void> {
  const { store, count } = options
  const state = await store.feature(feature)
  const { live = null, capture = null } = state ?? {}
  if (!state || !live?.store || !capture) return count(feature, 'not-allowed', requests.length)
  const rolloutOf = ({ entry }: Captured) =>
    state.rollout && state.rollout.id === entry.rolloutId ? state.rollout : undefined
  const sampled = requests
    .flatMap((request) => chosenBy(capture, request))
    .map((request) => {
      const { captured, entry } = request
      return {
        ...request,
        ...samplingOf({ captured, arm: entry.arm, stage: entry.stage }, live.judge, rolloutOf(request)),
      }
    })
    .filter(({ kept }) => options.random() < kept)
  if (sampled.length < requests.length) count(feature, 'not-sampled', requests.length - sampled.length)
  const judged = await withJudge(store, feature, sampled)
  if (judged.length < sampled.length) count(feature, 'no-judge', sampled.length - judged.length)
  const contents = await contentsOf(judged, state, live, options)
  await store.putContent(contents)
  if (!(await stillHolds(store, feature, live))) {
    await store.discard(contents)
    return count(feature, 'not-allowed', contents.length)
  }
  const stored = new Set(contents.map(({ id }) => id))
  const tasks = await tasksOf(
    judged.filter(({ entry }) => stored.has(entry.id)),
    options,
  )
  count(feature, 'stored', tasks.length)
  count(feature, 'dropped', await store.enqueue(tasks, queueBound))
}

/**
 * Whether the settings are still those under which the contents were stored. If new ones were published in the
 * meantime, their deletion of stored contents may have been too early for these.
 */
async function stillHolds(store: Store, feature: string, before: LiveSettings): Promise<boolean> {
  const live = (await store.feature(feature))?.live
  return live?.store === true && live.redact === before.redact && live.retention === before.retention
}

/**
 * The request, if it is one whose content is to be sent. This follows from its id. A client may still use an older,
 * larger share; then the present share decides.
 */
function chosenBy(capture: Capture, request: Captured): Captured[] {
  const { id, arm } = request.entry
  const share = Math.min(capture[arm ?? 'incumbent'], Math.round(request.captured * ppmPerWhole))
  return isCaptured(id, share) ? [{ ...request, captured: share / ppmPerWhole }] : []
}

/** The requests whose version has a judge. */
async function withJudge<T extends Captured>(store: Store, feature: string, requests: readonly T[]): Promise<T[]> {
  const versions = [...new Set(requests.map(({ entry }) => entry.version))]
  const records = await Promise.all(versions.map((id) => store.version(feature, id)))
  const judged = new Set(records.flatMap((record) => (record?.judge && record.rubric.length > 0 ? [record.id] : [])))
  return requests.filter(({ entry }) => judged.has(entry.version))
}

async function contentsOf(
  requests: readonly Captured[],
  { feature }: FeatureState,
  live: LiveSettings,
  { redactorOf, redactTextsOf, clock, count, onError }: CaptureOptions,
): Promise<StoredContent[]> {
  const now = clock.now()
  const redacted = await Promise.allSettled(
    requests.map(async ({ entry, input, output, way }) => {
      const redact = await redactorOf(live.redact)
      const texts = await redact({ input, output })
      return contentOf(
        entry,
        { ...texts, ...(await redactWay(way, input, await redactTextsOf(live.redact))) },
        now,
        live.retention,
      )
    }),
  )
  const faults = redacted.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  count(feature, 'redactor-failed', faults.length)
  for (const [message, those] of Map.groupBy(faults, messageOf))
    onError(
      new SluiceError('cannot-run', `not stored: ${formatAmount(those.length, 'text')} of ${feature}: ${message}`),
    )
  return redacted.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** The message of a redactor's own error is not shown, since it may contain the user's text. */
function messageOf(error: unknown): string {
  return error instanceof SluiceError ? error.message : 'the redactor failed'
}

function contentOf(
  { id, feature, version, rolloutId, unit }: LogDraft,
  material: StorableTexts & StoredWay,
  now: number,
  retentionMs: number,
): StoredContent {
  const place = { id, feature, version, rolloutId, unit }
  return { ...place, ...material, judgement: null, score: null, storedAt: now, expiresAt: now + retentionMs }
}

async function tasksOf(
  requests: readonly (Captured & Sampling)[],
  { clock, random, knownUnits }: CaptureContext,
): Promise<JudgeTask[]> {
  const now = clock.now()
  const known = await knownUnits(requests.map(({ entry }) => entry))
  return requests.map(({ entry, sampled, sampledOther }) => {
    const { id, feature, version, rolloutId, arm } = entry
    const priority = urgencyOf(entry, known.of(entry), random())
    const place = { id, feature, version, rolloutId, arm }
    return { ...place, priority, sampled, sampledOther, attempts: 0, notBefore: now, enqueuedAt: now }
  })
}
