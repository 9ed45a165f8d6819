import type { AuditRow } from '../../records/audit-row.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { VersionRecord } from '../../records/version.ts'
import { auditAction, auditDocument, byController, changeText } from '../release/audit.ts'
import { captureOf } from '../release/capture.ts'
import { newFeature } from '../release/feature-state.ts'
import { ReleaseConflict } from '../release/release-conflict.ts'
import type { Occasion, ReleaseEvent } from '../release/release-event.ts'
import { limitedLive } from '../release/settings.ts'
import { servedVersions } from '../release/snapshot.ts'
import { runningRollout, transition } from '../release/transition.ts'
import type { Fence } from './lease-store.ts'
import type { CommitResult, ReleaseStore, StoreChange } from './release-store.ts'
import { StoreError } from './store-error.ts'

const attempts = 8

/** What the log and a repeated request need beyond the event. */
export interface EventExtras {
  /** Null for the controller. */
  tokenId: string | null
  /** What speaks for it, where the event carries no evidence of its own: e.g. what the gate said. */
  evidence?: unknown
  /**
   * The feature's revision that was seen when it was decided. Where it has changed since, the event is refused; one that
   * protects users is not where only the controller has acted.
   */
  seen?: number | undefined
  /** Of whoever decides it as the one leader: refused once there is another. */
  fence?: Fence | undefined
  /** The answer to keep under the request's idempotency key, given what the feature becomes. */
  remember?: { key: string; answer: (next: FeatureState) => Omit<RememberedAnswer, 'key'> }
}

/**
 * Lets an event happen to a feature, exactly once and with its row in the log. Where somebody else is faster it looks
 * at the new state and tries again: of a promotion and a rollback at the same time one wins, and the other one is
 * refused by what it then finds. A repeated request finds its first answer.
 * @throws ReleaseConflict where the state does not allow it, a named version is unknown, or others keep being faster
 */
export async function applyEvent(
  store: ReleaseStore,
  feature: string,
  event: ReleaseEvent,
  occasion: Occasion,
  extras: EventExtras,
): Promise<Exclude<CommitResult, { outcome: 'conflict' }>> {
  await refuseUnknownVersion(store, feature, event)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = (await store.feature(feature)) ?? newFeature(feature)
    const answer = extras.remember && (await store.remembered(extras.remember.key))
    if (answer) return { outcome: 'repeated', answer }
    if (extras.seen !== undefined && before.revision !== extras.seen)
      await refuseUnseen(store, before, extras.seen, event)
    const next = await withLive(store, transition(before, event, occasion))
    const result = await store.commit(changeOf(before, next, event, occasion, extras))
    if (result.outcome !== 'conflict') return result
  }
  throw new ReleaseConflict('busy', `${feature} is being changed by others all the time: try again`)
}

function changeOf(
  before: FeatureState,
  next: FeatureState,
  event: ReleaseEvent,
  { at, by }: Occasion,
  { tokenId, evidence, remember, fence }: EventExtras,
): StoreChange {
  return {
    feature: next,
    audit: {
      chain: next.feature,
      at,
      actor: by,
      tokenId,
      action: auditAction(before, event),
      reason: 'reason' in event ? event.reason : event.override,
      before: auditDocument(before),
      after: auditDocument(next),
      evidence: ('evidence' in event ? event.evidence : undefined) ?? evidence ?? null,
    },
    ...(fence && { fence }),
    ...(remember && { remember: { key: remember.key, ...remember.answer(next) } }),
  }
}

const rowsLookedAt = 100

const isPublication = ({ action }: Pick<AuditRow, 'action'>) => action.startsWith('version.')

/** @throws ReleaseConflict that tells what has changed, and by whom */
async function refuseUnseen(store: ReleaseStore, now: FeatureState, seen: number, event: ReleaseEvent): Promise<void> {
  const { feature, revision } = now
  const head = await store.auditHead(feature)
  const last = await store.audit(feature, { after: Math.max(0, (head?.seq ?? 0) - rowsLookedAt) })
  const since = last.filter((row) => row.revision > seen)
  // What is only announced has no state before it; what is published changes settings, and nothing of what is served.
  const changes = since.filter((row) => row.before !== null && !isPublication(row))
  // A row that cannot be read is left out, and may be a change.
  const isWhole = since.length < rowsLookedAt && last.length >= Math.min(head?.seq ?? 0, rowsLookedAt)
  if (isWhole && changes.length === 0 && since.some(isPublication)) return
  const isProtective = event.type === 'rollBack' || event.type === 'pause' || event.type === 'abort'
  if (isProtective && changes.length > 0 && changes.every(byController)) return
  const what = changes.length === 0 ? '' : `: ${changes.map(changeText).join('; ')}`
  throw new ReleaseConflict(
    'changed-meanwhile',
    `${feature} has changed since it was looked at (revision ${seen}, now ${revision})${what}. Look at it again, then decide anew`,
  )
}

/**
 * What is judged and stored follows the newest version in production, or `published` where that is one that is being
 * published, within what was published last.
 */
export async function withLive(
  store: Pick<ReleaseStore, 'version' | 'versions'>,
  state: FeatureState,
  published?: Pick<VersionRecord, 'id' | 'live'>,
): Promise<FeatureState> {
  const newest = servedVersions(state).at(-1)
  if (newest === undefined) return { ...state, live: null, capture: null }
  const own = newest === published?.id ? published : await readable(store, state.feature, newest)
  const latest = state.publishedLive ?? (await lastPublished(store, state.feature))?.live
  const limited = own && latest ? limitedLive(own.live, latest) : null
  const percent = runningRollout(state)?.judgePercent
  const live = limited && percent !== undefined ? { ...limited, judge: { ...limited.judge, percent } } : limited
  return { ...state, live, capture: live && captureOf(live) }
}

/** A version that cannot be read allows nothing to be judged or stored, and holds up no rollback. */
async function readable(
  store: Pick<ReleaseStore, 'version'>,
  feature: string,
  id: string,
): Promise<VersionRecord | undefined> {
  try {
    return await store.version(feature, id)
  } catch (error) {
    if (error instanceof StoreError && error.fault === 'damaged') return undefined
    throw error
  }
}

async function lastPublished(
  store: Pick<ReleaseStore, 'versions'>,
  feature: string,
): Promise<VersionRecord | undefined> {
  return (await store.versions(feature)).toSorted((a, b) => a.publishedAt - b.publishedAt).at(-1)
}

async function refuseUnknownVersion(store: ReleaseStore, feature: string, event: ReleaseEvent): Promise<void> {
  const named = namedVersion(event)
  if (named !== undefined && !(await store.version(feature, named)))
    throw new ReleaseConflict('unknown-version', `${feature} has no version ${named}: publish it first`)
}

function namedVersion(event: ReleaseEvent): string | undefined {
  if (event.type === 'activate') return event.version
  if (event.type === 'start') return event.canary
  return event.type === 'rollBack' ? event.to : undefined
}
