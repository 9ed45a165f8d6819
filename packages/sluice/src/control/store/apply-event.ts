import { partsOf } from '../../core/suite/config/environments.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { RememberedAnswer } from '../../records/remembered-answer.ts'
import type { LiveSettings } from '../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../records/version.ts'
import { auditAction, auditDocument, byController, changeText } from '../release/audit.ts'
import { captureOf } from '../release/capture.ts'
import { releasedBy } from '../release/environment-order.ts'
import { newFeature } from '../release/feature-state.ts'
import { ReleaseConflict } from '../release/release-conflict.ts'
import type { Attribution, ReleaseEvent } from '../release/release-event.ts'
import { limitedLive } from '../release/settings.ts'
import { servedVersions } from '../release/snapshot.ts'
import { runningRollout, transition } from '../release/transition.ts'
import type { Fence } from './lease-store.ts'
import type { CommitResult, ReleaseStore, StoreChange } from './release-store.ts'
import { unlessDamaged } from './store-error.ts'

/** Whoever loses to the changes of others this often is refused. */
export const commitAttempts = 8

/** What is needed, in addition to the event, for the audit row and for repeated requests. */
export interface EventExtras {
  /** Id of the caller's token; null for the controller. */
  tokenId: string | null
  /** Why the event is justified, e.g. the gate's result, if the event has no evidence itself. */
  evidence?: unknown
  /**
   * The feature's revision on which the decision was based. If the feature has changed since, the event is refused. An
   * event that protects users is accepted if only the controller has made changes.
   */
  seen?: number | undefined
  /** The lease of the deciding leader: the event is refused if there is a new leader. */
  fence?: Fence | undefined
  /** What is committed with it; made anew for each attempt, and what it throws refuses the event. */
  also?: () => Promise<Pick<StoreChange, 'proposal' | 'auditBefore' | 'basedOn'>>
  /** Makes the answer to store under the request's idempotency key, from the next state of the feature. */
  remember?: { key: string; answer: (next: FeatureState) => Omit<RememberedAnswer, 'key'> }
}

/**
 * Applies an event to a feature exactly once, together with its audit row. If another change was committed first, it
 * reads the new state and tries again. Of a simultaneous promotion and rollback one wins, and the other one is refused
 * by the new state. A repeated request returns its first answer.
 * @throws ReleaseConflict if the state does not allow the event, a named version is unknown, or others keep being
 * faster
 */
export async function applyEvent(
  store: ReleaseStore,
  feature: string,
  event: ReleaseEvent,
  attribution: Attribution,
  extras: EventExtras,
): Promise<Exclude<CommitResult, { outcome: 'conflict' }>> {
  await refuseUnknownVersion(store, feature, event)
  for (let attempt = 0; attempt < commitAttempts; attempt += 1) {
    const before = (await store.feature(feature)) ?? newFeature(feature)
    const answer = extras.remember && (await store.remembered(extras.remember.key))
    if (answer) return { outcome: 'repeated', answer }
    const also = await extras.also?.()
    if (extras.seen !== undefined) await refuseUnseen(store, before, extras.seen, event)
    const next = await withLive(store, transition(before, event, attribution))
    const result = await store.commit({ ...changeOf(before, next, event, attribution, extras), ...also })
    if (result.outcome !== 'conflict') return result
  }
  throw new ReleaseConflict('busy', `${feature} keeps being changed by others: try again`)
}

function changeOf(
  before: FeatureState,
  next: FeatureState,
  event: ReleaseEvent,
  { at, by }: Attribution,
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
      reason: event.type === 'start' ? (event.reason ?? event.override) : event.reason,
      before: auditDocument(before),
      after: auditDocument(next),
      evidence: ('evidence' in event ? event.evidence : undefined) ?? evidence ?? null,
    },
    ...(fence && { fence }),
    ...(remember && { remember: { key: remember.key, ...remember.answer(next) } }),
  }
}

const rowsSearched = 100

const isPublication = ({ action }: Pick<AuditRow, 'action'>) => action.startsWith('version.')

/**
 * The changes by which a feature has become another than it was at this revision; null if it has not. Not all of them
 * may be known. Publications change settings, but not what is served: they do not count.
 */
export async function changesSince(
  store: Pick<ReleaseStore, 'audit' | 'auditHead'>,
  { feature, revision }: FeatureState,
  seen: number,
): Promise<AuditRow[] | null> {
  if (revision === seen) return null
  const head = await store.auditHead(feature)
  const last = await store.audit(feature, { after: Math.max(0, (head?.seq ?? 0) - rowsSearched) })
  const since = last.filter((row) => row.revision > seen)
  // A row without a state before it is only an announcement.
  const changes = since.filter((row) => row.before !== null && !isPublication(row))
  // A row that cannot be read is missing here, and may be a change.
  const isWhole = since.length < rowsSearched && last.length >= Math.min(head?.seq ?? 0, rowsSearched)
  return isWhole && changes.length === 0 && since.some(isPublication) ? null : changes
}

/** `: ann activated caba45f45ec6 at …`; nothing where it is not known what has changed. */
export function changesText(changes: readonly AuditRow[]): string {
  return changes.length === 0 ? '' : `: ${changes.map(changeText).join('; ')}`
}

/** @throws ReleaseConflict that says what has changed, and by whom */
export async function refuseUnseen(
  store: Pick<ReleaseStore, 'audit' | 'auditHead'>,
  now: FeatureState,
  seen: number,
  event: ReleaseEvent,
): Promise<void> {
  const changes = await changesSince(store, now, seen)
  if (!changes) return
  const isProtective = event.type === 'rollBack' || event.type === 'pause' || event.type === 'abort'
  if (isProtective && changes.length > 0 && changes.every(byController)) return
  const { feature, revision } = now
  throw new ReleaseConflict(
    'changed-meanwhile',
    `${feature} has changed since you read it (revision ${seen}, now ${revision})${changesText(changes)}. Read it again, then decide again`,
  )
}

/**
 * The state with the settings of live judging and storing. They come from the newest version in production, or from
 * `published` if that version is being published now, and are limited by the settings that were published last.
 */
export async function withLive(
  store: Pick<ReleaseStore, 'feature' | 'version' | 'versions'>,
  state: FeatureState,
  published?: Pick<VersionRecord, 'id' | 'live'>,
): Promise<FeatureState> {
  const newest = servedVersions(state).at(-1)
  if (newest === undefined) return { ...state, live: null, capture: null }
  // If the version cannot be read, nothing may be judged or stored, and a rollback is still possible.
  const own = newest === published?.id ? published : await unlessDamaged(() => store.version(state.feature, newest))
  const latest = state.publishedLive ?? (await publishedLive(store, state.feature))
  const limited = own && latest ? limitedLive(own.live, latest) : null
  const percent = runningRollout(state)?.judgePercent
  const live = limited && percent !== undefined ? { ...limited, judge: { ...limited.judge, percent } } : limited
  return { ...state, live, capture: live && captureOf(live) }
}

/** What was published last stands with the last environment, and holds in those before it too. */
async function publishedLive(
  store: Pick<ReleaseStore, 'feature' | 'versions'>,
  key: string,
): Promise<LiveSettings | undefined> {
  const { feature, environment } = partsOf(key)
  const known = environment === null ? undefined : (await store.feature(feature))?.publishedLive
  return known ?? (await store.versions(key)).toSorted((a, b) => a.publishedAt - b.publishedAt).at(-1)?.live
}

async function refuseUnknownVersion(store: ReleaseStore, feature: string, event: ReleaseEvent): Promise<void> {
  const named = releasedBy(event)
  if (named !== undefined && !(await store.version(feature, named)))
    throw new ReleaseConflict('unknown-version', `${feature} has no version ${named}: publish it first`)
}
