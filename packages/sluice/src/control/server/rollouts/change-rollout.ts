import type { Rollout } from '../../../records/rollout.ts'
import { defaultRolloutSettings, mostStages, type RolloutSettings } from '../../../records/rollout-settings.ts'
import type { VersionRecord } from '../../../records/version.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { hasEnded } from '../../release/rollout-state.ts'
import { type Changed, changeFeature } from '../change-feature.ts'
import { Problem } from '../http/problem.ts'
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
 * @throws ReleaseConflict where its state does not allow it, or has changed since `seen`
 */
export async function operateRollout(
  services: Services,
  write: Write,
  { id, feature }: Pick<Rollout, 'id' | 'feature'>,
  { type, reason, seen }: Decision & { type: RolloutOperation },
): Promise<Changed> {
  const event: ReleaseEvent = { type, reason, rolloutId: id }
  const evidence = await byHand(services, type, id)
  return changeFeature(services, write, feature, { event, status: 200, evidence, seen })
}

/**
 * The audit log records that a person decided. If the canary gets more users by it, the assessment of that moment is
 * recorded too.
 */
async function byHand({ engineState }: Services, type: RolloutOperation, rolloutId: string): Promise<object> {
  const widens = type === 'advance' || type === 'promote'
  return { manual: true, ...(widens && { known: await engineState.assessment(rolloutId) }) }
}

interface Wish {
  version: string
  /** Instead of the version's own. */
  settings?: RolloutSettings
  /** Instead of what the version says, in percent. */
  judgePercent?: number
  /** Why it may start without a passing report. */
  override?: { reason: string }
  reason?: string
  /** Ends a running rollout instead of refusing. */
  supersede?: boolean
  /** Starts it though the traffic cannot decide it. */
  acceptUndecided?: boolean
  /** Instead of what the log tells. */
  traffic?: { requestsPerDay?: number; users?: number }
  /** The feature's revision on which it is based. */
  seen: number | undefined
}

/**
 * Starts a rollout of a version that has passed its gate, or that somebody answers for.
 * @throws Problem 404 without such a version, 409 where it has not passed or its traffic cannot decide it; ReleaseConflict as the state has it
 */
export async function applyStart(services: Services, write: Write, feature: string, wish: Wish): Promise<Changed> {
  const { version: canary, override, reason, judgePercent, supersede = false, seen } = wish
  const version = await releasable(services, feature, canary, override)
  const settings = wish.settings ?? startingSettings(version.rollout)
  refuseManyStages(settings.stages.length)
  const expected = await expectEnd(services, write, version, { ...wish, settings })
  return changeFeature(services, write, feature, {
    event: {
      type: 'start',
      rolloutId: `r-${hex(services, 8)}`,
      salt: hex(services, 16),
      canary,
      settings,
      ...(judgePercent !== undefined && { judgePercent }),
      override: override?.reason ?? null,
      ...(reason !== undefined && { reason }),
      supersede,
    },
    status: 201,
    evidence: { ...releaseEvidence(version, override), ...expected.evidence },
    seen: seen ?? expected.refusedAt,
  })
}

/**
 * How it is expected to end, for the audit log. A start that is refused for the state of its feature, or is a repetition, needs
 * no forecast; the revision of that state is then held fast, so that it stays refused.
 */
async function expectEnd(
  services: Services,
  write: Write,
  version: VersionRecord,
  { settings, judgePercent, traffic, acceptUndecided = false, supersede = false }: Wish & { settings: RolloutSettings },
): Promise<{ evidence: object; refusedAt?: number }> {
  const { feature, id } = version
  if (await answered(services.store, repetitionOf(write))) return { evidence: {} }
  const state = await services.store.feature(feature)
  const runs = state?.rollout && !hasEnded(state.rollout) && !supersede
  if (state && (state.active === null || state.active === id || runs))
    return { evidence: {}, refusedAt: state.revision }
  const given = { perDay: traffic?.requestsPerDay, users: traffic?.users }
  const start = { version, settings, judgePercent: judgePercent ?? null, given, accepted: acceptUndecided }
  const forecast = await startForecast(services, start)
  return {
    evidence: { ...(forecast && { forecast, acceptUndecided }), ...(traffic && { givenTraffic: traffic }) },
  }
}

/** Versions published by older releases of Sluice lack a setting. Their rollouts start with the present default. */
export function startingSettings(settings: RolloutSettings): RolloutSettings {
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
