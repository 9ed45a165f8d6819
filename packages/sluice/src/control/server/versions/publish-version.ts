import type { PromptVersion } from '@sluice/client'
import { keyEnvironments, keyOf } from '../../../core/suite/config/environments.ts'
import { canonicalJson } from '../../../core/suite/values/canonical-json.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { LiveSettings } from '../../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { formatAmount, formatSpan } from '../../../text/format.ts'
import { newFeature } from '../../release/feature-state.ts'
import { type SettingChange, settingChanges } from '../../release/settings.ts'
import { runningRollout } from '../../release/transition.ts'
import { withLive } from '../../store/apply-event.ts'
import type { ContentStore } from '../../store/content-store.ts'
import type { StoreChange } from '../../store/release-store.ts'
import type { Caller } from '../access/caller.ts'
import { Problem } from '../http/problem.ts'
import type { Services } from '../services.ts'

/** A version with its settings, checked. */
export type Published = Pick<
  VersionRecord,
  'content' | 'rubric' | 'judge' | 'rollout' | 'live' | 'written' | 'report' | 'source' | 'origin'
>

/** A changed setting, and when the change takes effect. */
interface Effect extends SettingChange {
  effect: 'now' | 'nextRelease' | 'nextRollout' | 'kept'
}

/** Changes that a running rollout does not allow. */
export interface Locked {
  rolloutId: string
  changes: SettingChange[]
}

export interface Publishing {
  record: VersionRecord
  isNew: boolean
  changes: Effect[]
  notes: string[]
  /** These changes were not made; all others were. */
  locked: Locked | undefined
}

/**
 * Stores a new version, or the changed settings of a known one, and records in the audit log who changed what. Settings
 * of what may be stored of production take effect at once for the whole feature. Rollout settings take effect with the
 * next rollout. The judge's questions do not change during a rollout of the version.
 * @throws Problem 409 if the version was published with another value of `strict`
 */
export async function publishVersion(
  services: Services,
  feature: string,
  body: Published,
  caller: Caller,
): Promise<Publishing> {
  const keys = keyEnvironments(services.environments).map((environment) => keyOf({ feature, environment }))
  const publishing = await storePublication(services, keys, { feature, body, caller })
  // Also where nothing was new: an earlier publication may have ended before this.
  for (const key of keys) if (key !== feature) publishing.notes.push(...(await limitByPublished(services, key, caller)))
  return publishing
}

async function storePublication(
  services: Services,
  keys: readonly string[],
  { feature, body, caller }: { feature: string; body: Published; caller: Caller },
): Promise<Publishing> {
  const { store, clock } = services
  for (;;) {
    const [known, ...states] = await Promise.all([
      store.version(feature, body.content.id),
      ...keys.map((key) => store.feature(key)),
    ])
    if (known) refuseOtherRendering(known.content, body.content)
    const stored = states.find((state) => state?.feature === feature)
    const before = stored ?? newFeature(feature)
    const locked = known && lockedBy(states, known, body)
    const record = recordOf({ feature, known, body, isLocked: locked !== undefined }, { at: clock.now(), caller })
    const next = await withLive(store, { ...before, publishedLive: body.live }, record)
    const isOtherState = stored === undefined || canonicalJson(next) !== canonicalJson(before)
    const changes = effectsOf({ known, record, before, next })
    if (known && !isOtherState && isAlike(record, known))
      return { record, isNew: false, changes: [...changes, ...relabelled(known, body)], notes: [], locked }
    const audit = auditOf(record, known, changes, { at: clock.now(), caller, source: body.source })
    const result = await store.commit({ ...(isOtherState && { feature: next }), version: record, audit })
    if (result.outcome !== 'committed') continue
    if (isOtherState) await services.snapshots.reload().catch(() => undefined)
    const notes = await keepWithin(store, feature, { before: before.live, now: next.live })
    const all = known ? [...changes, ...relabelled(known, body)] : changes
    return { record, isNew: known === undefined, changes: all, notes, locked }
  }
}

/** `strict` is not part of the id, and another value would change how clients render a version that is in use. */
function refuseOtherRendering(known: PromptVersion, { id, strict }: PromptVersion): void {
  if (known.strict === strict) return
  const detail = `Version ${id} was published with strict ${known.strict}, which cannot become ${strict}: change the prompt, so that it becomes another version.`
  throw new Problem({
    status: 409,
    code: 'version-differs',
    detail,
    errors: [{ path: '/content/strict', message: detail }],
  })
}

/** Whether nothing of it is new. That another commit has the same version as well is not. */
function isAlike(record: VersionRecord, known: VersionRecord): boolean {
  const { origin = record.origin } = known
  return canonicalJson({ ...record, origin }) === canonicalJson(known)
}

/** What was published last limits what may be stored in each environment, at once. */
async function limitByPublished({ store, clock, snapshots }: Services, key: string, caller: Caller): Promise<string[]> {
  for (;;) {
    const before = await store.feature(key)
    if (!before) return []
    const next = await withLive(store, before)
    const changes = settingChanges({ live: before.live ?? {} }, { live: next.live ?? {} })
    if (canonicalJson(next) === canonicalJson(before)) return []
    const { outcome } = await store.commit({
      feature: next,
      audit: {
        ...{ chain: key, at: clock.now(), actor: caller.name, tokenId: caller.tokenId, action: 'version.settings' },
        reason: `settings were published: ${changes.map(({ setting }) => setting).join(', ') || 'none changes here'}`,
        ...{ before: { live: before.live }, after: { live: next.live }, evidence: null },
      },
    })
    if (outcome !== 'committed') continue
    await snapshots.reload().catch(() => undefined)
    return keepWithin(store, key, { before: before.live, now: next.live })
  }
}

function lockedBy(
  states: readonly (FeatureState | undefined)[],
  known: VersionRecord,
  body: Published,
): Locked | undefined {
  const running = states.flatMap((state) => (state && runningRollout(state)) ?? [])
  const rollout = running.find(({ incumbent, canary }) => incumbent === known.id || canary === known.id)
  if (!rollout) return undefined
  const changes = settingChanges(measureOf(known), measureOf(body))
  return changes.length === 0 ? undefined : { rolloutId: rollout.id, changes }
}

const measureOf = ({ judge, rubric }: Pick<VersionRecord, 'judge' | 'rubric'>) => ({ judge, rubric })

function recordOf(
  {
    feature,
    known,
    body,
    isLocked,
  }: { feature: string; known: VersionRecord | undefined; body: Published; isLocked: boolean },
  { at, caller }: { at: number; caller: Caller },
): VersionRecord {
  const { content, ...rest } = body
  const publisher = { publishedBy: caller.name, publisherId: caller.tokenId }
  if (!known) return { feature, id: content.id, ...body, settings: 1, publishedAt: at, ...publisher }
  const { rollout, live, written, report, origin } = rest
  const settings = { rollout, live, ...measureOf(isLocked ? known : body) }
  const { settings: count = 1 } = known
  const isChanged =
    settingChanges({ ...measureOf(known), rollout: known.rollout, live: known.live }, settings).length > 0
  const isJudged = report !== null && canonicalJson(report) !== canonicalJson(known.report)
  const changedBy = new Set([...(known.changedBy ?? []), ...(caller.tokenId === null ? [] : [caller.tokenId])])
  const next = {
    ...{ ...known, ...settings, ...(isChanged && { settings: count + 1 }), report: report ?? known.report },
    ...((isChanged || isJudged) && { changedBy: [...changedBy] }),
    ...(origin && { origin }),
  }
  if (written) next.written = written
  else delete next.written
  return next
}

function effectsOf({
  known,
  record,
  before,
  next,
}: {
  known: VersionRecord | undefined
  record: VersionRecord
  before: FeatureState
  next: FeatureState
}): Effect[] {
  const now = settingChanges({ live: before.live ?? {} }, { live: next.live ?? {} })
  const later = known
    ? [
        ...settingChanges({ live: known.live }, { live: record.live }),
        ...settingChanges({ rollout: known.rollout }, { rollout: record.rollout }),
        ...settingChanges(measureOf(known), measureOf(record)),
      ]
    : []
  const isNow = ({ setting }: SettingChange) => now.some((change) => change.setting === setting)
  return [
    ...(before.live ? now.map((change) => ({ ...change, effect: 'now' as const })) : []),
    ...later.filter((change) => !isNow(change)).map((change) => ({ ...change, effect: effectOf(change) })),
  ]
}

function effectOf({ setting }: SettingChange): Effect['effect'] {
  if (setting.startsWith('live.')) return 'nextRelease'
  return setting.startsWith('rollout.') ? 'nextRollout' : 'now'
}

/** A changed label has no effect, since clients already have the prompt with its label. */
function relabelled({ content }: VersionRecord, body: Published): Effect[] {
  const changes = settingChanges({ label: content.label ?? null }, { label: body.content.label ?? null })
  return changes.map((change) => ({ ...change, effect: 'kept' }))
}

function auditOf(
  record: VersionRecord,
  known: VersionRecord | undefined,
  changes: readonly Effect[],
  { at, caller, source }: { at: number; caller: Caller; source: string | null },
): StoreChange['audit'] {
  const { feature, id, content, report, settings, origin } = record
  const run = { report: report?.runId ?? null, settings }
  const valuesOf = (which: 'before' | 'after') =>
    Object.fromEntries(changes.map((change) => [change.setting, change[which]]))
  const about = { label: content.label ?? null, model: content.model, source, ...(origin && { origin }) }
  return {
    chain: feature,
    at,
    actor: caller.name,
    tokenId: caller.tokenId,
    action: known ? (changes.length > 0 ? 'version.settings' : 'version.report') : 'version.publish',
    reason: changes.length > 0 ? changes.map(({ setting, effect }) => `${setting} (${effect})`).join(', ') : null,
    before: known
      ? { id, report: known.report?.runId ?? null, settings: known.settings ?? 1, ...valuesOf('before') }
      : null,
    after: { id, ...about, ...run, ...valuesOf('after') },
    evidence: report,
  }
}

/**
 * Applies changed settings to the stored texts of a feature. They are deleted if storing is off, and expire sooner if
 * the retention is shorter. Texts that wait to be judged are deleted if the redaction changed. Returns notes for
 * people.
 */
async function keepWithin(
  store: Pick<ContentStore, 'clearContents' | 'shortenContents'>,
  feature: string,
  { before, now }: { before: LiveSettings | null; now: LiveSettings | null },
): Promise<string[]> {
  if (!now || !before) return []
  if (!now.store) {
    if (!before.store) return []
    const texts = formatAmount(await store.clearContents([feature], 'all'), 'stored text')
    return [`Storing is off: ${texts} of ${feature} deleted.`]
  }
  const notes = before.store ? [] : [`Storing is on: texts of ${feature} are kept for ${formatSpan(now.retention)}.`]
  if (now.redact !== before.redact) {
    const texts = formatAmount(await store.clearContents([feature], 'waiting'), 'text')
    const rest = 'judged texts are kept as they are until they expire'
    notes.push(`The redaction has changed: ${texts} of ${feature} that waited for the judge deleted; ${rest}.`)
  }
  if (now.retention < before.retention) {
    const left = await store.shortenContents(feature, now.retention)
    const texts = formatAmount(left, 'stored text')
    if (left > 0) notes.push(`${texts} of ${feature} kept for at most ${formatSpan(now.retention)}.`)
  }
  return notes
}
