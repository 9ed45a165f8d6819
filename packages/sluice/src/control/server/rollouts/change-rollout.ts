import type { Rollout } from '../../../records/rollout/rollout.ts'
import { defaultRolloutSettings, mostStages, type RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { RolloutStart } from '../../../records/rollout/rollout-start.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { type SuitedSettings, suitedSettings } from '../../plan/suited-settings.ts'
import { isJudgedLive } from '../../release/capture.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { hasEnded } from '../../release/rollout-state.ts'
import { type Changed, changeFeature } from '../change-feature.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { PlannedRelease } from '../needed-approval.ts'
import { answered, repetitionOf } from '../route/idempotency.ts'
import type { Checked } from '../route/route.ts'
import type { Services } from '../services.ts'
import { releasable, releaseEvidence } from '../versions/releasable.ts'
import { startForecast } from './refuse-undecidable.ts'

/** A write, by the parts that make it the same one when it is sent again. */
type Write = Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>

/** What a person does to a running rollout. */
export type RolloutOperation = 'pause' | 'resume' | 'advance' | 'promote' | 'abort'

interface Decision {
  reason: string
  /** The feature's revision on which it is based. */
  seen: number | undefined
}

/**
 * Does to a rollout what a person wants.
 * @throws Problem 409 where it needs approval; ReleaseConflict where its state does not allow it, or has changed since
 * `seen`
 */
export async function operateRollout(
  services: Services,
  write: Write,
  rollout: Pick<Rollout, 'id' | 'feature' | 'canary'>,
  {
    type,
    reason,
    seen,
    breakGlass,
  }: Decision & { type: RolloutOperation; breakGlass?: { reason: string } | undefined },
): Promise<Changed> {
  const { id, feature } = rollout
  const event: ReleaseEvent = { type, reason, rolloutId: id }
  const isWider = type === 'advance' || type === 'promote'
  const evidence = isWider ? await byHand(services, id) : { manual: true }
  const release = isWider ? () => planWidening(services, rollout, { type, reason, seen }) : undefined
  return changeFeature(services, write, feature, { event, status: 200, evidence, seen, release, breakGlass })
}

/** The audit log records that a person decided, and what was known of the canary when it got more users. */
async function byHand({ engineState }: Services, rolloutId: string): Promise<object> {
  return { manual: true, known: await engineState.assessment(rolloutId) }
}

/**
 * A step of a running rollout ahead of the engine.
 * @throws Problem 404 where its canary is not known
 */
export async function planWidening(
  services: Services,
  { id, feature, canary }: Pick<Rollout, 'id' | 'feature' | 'canary'>,
  { type, reason, seen }: Decision & { type: 'advance' | 'promote' },
): Promise<PlannedRelease> {
  const version = await services.store.version(feature, canary)
  if (!version) throw notFound(`${feature} has no version ${canary}.`)
  const event: ReleaseEvent = { type, reason, rolloutId: id }
  const release = { act: type, version: canary, rolloutId: id }
  return { event, release, version, evidence: await byHand(services, id), seen }
}

export interface StartRequest extends RolloutStart {
  /** What the traffic can decide was looked at before, when it was proposed. */
  wasForecast?: boolean
  /** The feature's revision on which it is based. */
  seen: number | undefined
}

/**
 * Starts a rollout of a version that has passed its gate, or that somebody answers for.
 * @throws Problem 404 without such a version, 409 where it has not passed, its traffic cannot decide it or it needs
 *   approval; ReleaseConflict as the state has it
 */
export async function applyStart(
  services: Services,
  write: Write,
  feature: string,
  { breakGlass, ...start }: StartRequest & { breakGlass?: { reason: string } },
): Promise<Changed> {
  const planned = await planStart(services, write, feature, start)
  const { event, evidence, seen } = planned
  return changeFeature(services, write, feature, {
    event,
    status: 201,
    evidence,
    seen,
    release: async () => planned,
    breakGlass,
  })
}

/** @throws Problem 404 without such a version, 409 where it has not passed or its traffic cannot decide it */
export async function planStart(
  services: Services,
  write: Write,
  feature: string,
  request: StartRequest,
): Promise<PlannedRelease> {
  const { version: canary, override, reason, traffic, supersede = false, acceptUndecided = false } = request
  const version = await releasable(services, feature, canary, override)
  const settled = await settledBefore(services, write, { feature, version: canary }, supersede)
  const start = settled ? asChosen(version, request) : await suitedStart(services, feature, version, request)
  const { settings, judgePercent } = start
  refuseManyStages(settings.stages.length)
  const evidence = settled ? {} : await expectEnd(services, feature, version, { ...request, ...start })
  const judged = judgePercent === null ? {} : { judgePercent }
  const why = override?.reason ?? null
  return {
    event: {
      type: 'start',
      rolloutId: `r-${hex(services, 8)}`,
      salt: hex(services, 16),
      canary,
      settings,
      ...judged,
      override: why,
      ...(reason !== undefined && { reason }),
      supersede,
    },
    release: {
      ...{ act: 'start', version: canary, settings, ...judged, override: why, supersede, acceptUndecided },
      ...(traffic && { traffic }),
    },
    version,
    evidence: { ...releaseEvidence(version, override), ...evidence },
    seen: request.seen ?? settled?.refusedAt,
  }
}

/**
 * Whether a start is a repetition, or refused for the state of its feature, so that its traffic need not be looked at.
 * The revision of that state is then held fast, so that it stays refused.
 */
async function settledBefore(
  { store }: Services,
  write: Write,
  { feature, version }: { feature: string; version: string },
  supersede: boolean,
): Promise<{ refusedAt?: number } | null> {
  if (await answered(store, repetitionOf(write))) return {}
  const state = await store.feature(feature)
  const runs = state?.rollout && !hasEnded(state.rollout) && !supersede
  return state && (state.active === null || state.active === version || runs) ? { refusedAt: state.revision } : null
}

/** How it is expected to end, for the audit log. */
async function expectEnd(
  services: Services,
  key: string,
  version: VersionRecord,
  {
    settings,
    judgePercent,
    traffic,
    acceptUndecided = false,
    wasForecast = false,
  }: Omit<StartRequest, 'judgePercent'> & SuitedSettings,
): Promise<object> {
  const given = { perDay: traffic?.requestsPerDay, users: traffic?.users }
  const start = { key, version, settings, judgePercent, given, accepted: acceptUndecided || wasForecast }
  const forecast = await startForecast(services, start)
  return {
    ...(forecast && { forecast }),
    ...((forecast || acceptUndecided) && { acceptUndecided }),
    ...(traffic && { givenTraffic: traffic }),
  }
}

type Chosen = Pick<StartRequest, 'settings' | 'judgePercent' | 'traffic' | 'wasForecast'>

/**
 * What a rollout starts with, whoever begins it: what was chosen for it, else what the version says, as it suits the
 * traffic. What was approved stays as it is.
 */
export async function suitedStart(
  { endForecasts }: Pick<Services, 'endForecasts'>,
  key: string,
  version: VersionRecord,
  chosen: Chosen = {},
): Promise<SuitedSettings> {
  if (chosen.wasForecast) return asChosen(version, chosen)
  // Traffic that could not be counted is like unknown one here: whether it starts then is decided with its forecast.
  const perDay = chosen.traffic?.requestsPerDay ?? (await endForecasts.traffic(key).catch(() => null))?.requestsPerDay
  const reported = { live: version.live, isJudged: isJudgedLive(version), written: version.written ?? null }
  const suited = suitedSettings(reported, startingSettings(version.rollout), perDay ?? null)
  return { settings: chosen.settings ?? suited.settings, judgePercent: chosen.judgePercent ?? suited.judgePercent }
}

function asChosen(version: VersionRecord, { settings, judgePercent }: Chosen): SuitedSettings {
  return { settings: settings ?? startingSettings(version.rollout), judgePercent: judgePercent ?? null }
}

/** Versions published by older releases of Sluice lack a setting. Their rollouts start with the present default. */
function startingSettings(settings: RolloutSettings): RolloutSettings {
  return { ...settings, onUndecided: settings.onUndecided ?? defaultRolloutSettings.onUndecided }
}

/** Versions published by older releases of Sluice may have more stages than are allowed now. */
function refuseManyStages(stages: number): void {
  if (stages <= mostStages) return
  const detail = `The version's rollout has ${stages} stages, but at most ${mostStages} are allowed: start it with other settings, or publish it with fewer stages.`
  const errors = [{ path: '/settings/stages', message: `must be at most ${mostStages} stages` }]
  throw new Problem({ status: 409, code: 'too-many-stages', detail, errors })
}

function hex({ randomBytes }: Services, size: number): string {
  return Buffer.from(randomBytes(size)).toString('hex')
}
