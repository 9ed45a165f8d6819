import { z } from 'zod'
import { versionIdField } from '../../../records/names.ts'
import type { Rollout } from '../../../records/rollout.ts'
import {
  defaultRolloutSettings,
  mostStages,
  type RolloutSettings,
  rolloutSettingsSchema,
} from '../../../records/rollout-settings.ts'
import { readers } from '../../../records/token-scopes.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { type Caller, refuseOtherFeature } from '../access/caller.ts'
import { type Changed, changeFeature } from '../change-feature.ts'
import type { HttpAnswer } from '../http/answer.ts'
import { Problem } from '../http/problem.ts'
import { expectedRevision, ofFeature, ofRollout, reason } from '../route/fields.ts'
import { repeatedHeader } from '../route/idempotency.ts'
import { defineRoute, type Route } from '../route/route.ts'
import type { Services } from '../services.ts'
import { judgeWordOf } from '../versions/judge-word.ts'
import { releasable, releaseEvidence } from '../versions/releasable.ts'
import { findRollout } from './find-rollout.ts'
import { type RolloutView, rolloutView, rolloutViewOf, withTokenNames } from './rollout-view.ts'

export const startRollout = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/rollouts',
  summary: 'Give a version to a growing share, watched against the active one',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: z.strictObject({
    version: versionIdField,
    settings: rolloutSettingsSchema.exactOptional().meta({ description: "Instead of the version's own." }),
    judgePercent: z
      .number()
      .gt(0)
      .max(100)
      .exactOptional()
      .meta({ description: "Share of the requests that is judged while it runs, instead of the version's own." }),
    override: z.strictObject({ reason }).exactOptional(),
    supersede: z.boolean().exactOptional().meta({ description: 'Ends a running rollout instead of refusing.' }),
    expectedRevision,
  }),
  answers: { 201: { description: 'Started.', schema: rolloutView } },
  async handle(request, services) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const version = await releasable(services, params.feature, body.version, body.override)
    const settings = body.settings ?? withOnUndecided(version.rollout)
    refuseManyStages(settings.stages.length)
    const changed = await changeFeature(services, request, params.feature, {
      event: {
        type: 'start',
        rolloutId: `r-${hex(services, 8)}`,
        salt: hex(services, 16),
        canary: body.version,
        settings,
        ...(body.judgePercent !== undefined && { judgePercent: body.judgePercent }),
        override: body.override?.reason ?? null,
        supersede: body.supersede ?? false,
      },
      status: 201,
      evidence: releaseEvidence(version, body.override),
      seen: body.expectedRevision,
    })
    return rolloutAnswer(services, changed, request.caller)
  },
})

/** Versions published by older releases of Sluice lack this setting. Their rollouts start with the present default. */
function withOnUndecided(settings: RolloutSettings): RolloutSettings {
  return { ...settings, onUndecided: settings.onUndecided ?? defaultRolloutSettings.onUndecided }
}

/** Versions published by older releases of Sluice may have more stages than are allowed now. */
function refuseManyStages(stages: number): void {
  if (stages <= mostStages) return
  const detail = `The version's rollout has ${stages} stages, but at most ${mostStages} are allowed: start it with other settings, or publish it with fewer stages.`
  const errors = [{ path: '/settings/stages', message: `must be at most ${mostStages} stages` }]
  throw new Problem({ status: 409, code: 'too-many-stages', detail, errors })
}

export const showRollout = defineRoute({
  method: 'GET',
  path: '/v1/rollouts/{rollout}',
  summary: 'A rollout with what is known about its canary',
  scopes: ['client', 'ci', ...readers],
  params: ofRollout,
  answers: { 200: { description: 'The rollout.', schema: rolloutView } },
  async handle({ params, caller }, services) {
    const rollout = await findRollout(services, params.rollout, caller)
    const [view, judging] = await Promise.all([viewOf(services, rollout, caller), judgingOf(services, rollout)])
    const version = await services.store.version(rollout.feature, rollout.canary)
    const judge = version ? judgeWordOf(version, judgeIdOf(view)) : null
    return { status: 200, body: { ...view, judging, judge } }
  },
})

function operation(
  type: Extract<ReleaseEvent, { reason: string; rolloutId?: string }>['type'],
  summary: string,
): Route {
  return defineRoute({
    method: 'POST',
    path: `/v1/rollouts/{rollout}/${type}`,
    summary,
    scopes: ['operator'],
    idempotent: true,
    params: ofRollout,
    body: z.strictObject({ reason, expectedRevision }),
    answers: { 200: { description: 'Recorded, and sent to all clients.', schema: rolloutView } },
    async handle(request, services) {
      const { feature, id } = await findRollout(services, request.params.rollout, request.caller)
      const { reason, expectedRevision: seen } = request.body
      const event = { type, reason, rolloutId: id } as ReleaseEvent
      const evidence = await byHand(services, type, id)
      const changed = await changeFeature(services, request, feature, { event, status: 200, evidence, seen })
      return rolloutAnswer(services, changed, request.caller)
    },
  })
}

/**
 * The audit log records that a person decided. If the canary gets more users by it, the assessment of that moment is
 * recorded too.
 */
async function byHand({ engineState }: Services, type: ReleaseEvent['type'], rolloutId: string): Promise<object> {
  const widens = type === 'advance' || type === 'promote'
  return { manual: true, ...(widens && { known: await engineState.assessment(rolloutId) }) }
}

export const rolloutOperations = [
  operation('pause', 'Keep the stage, and stop its clock'),
  operation('resume', 'Go on after a pause'),
  operation('advance', 'Go to the next stage'),
  operation('promote', 'Give the canary to everybody'),
  operation('abort', 'End without a verdict on the canary: everybody gets the incumbent'),
]

export const excludeToken = defineRoute({
  method: 'POST',
  path: '/v1/rollouts/{rollout}/exclusions',
  summary: "Leave a token's outcomes out of the evidence, which is gathered anew from the log",
  scopes: ['operator'],
  idempotent: true,
  params: ofRollout,
  body: z.strictObject({
    token: z.string().min(1).max(100).meta({ description: 'Id of the token.' }),
    reason,
    undo: z.boolean().default(false).meta({ description: 'They count again.' }),
  }),
  answers: { 200: { description: 'Recorded; the evidence follows within seconds.', schema: rolloutView } },
  async handle(request, services) {
    const { feature, id } = await findRollout(services, request.params.rollout, request.caller)
    const { token, reason, undo } = request.body
    const reported = (await services.engineState.assessment(id))?.tokens?.find(({ tokenId }) => tokenId === token)
    const event: ReleaseEvent = { type: 'exclude', tokenId: token, undo, reason, rolloutId: id }
    const evidence = { token, undo, said: reported ?? null }
    const changed = await changeFeature(services, request, feature, { event, status: 200, evidence })
    return rolloutAnswer(services, changed, request.caller)
  },
})

async function rolloutAnswer(
  services: Services,
  { feature: { rollout }, status, repeated }: Changed,
  caller: Caller,
): Promise<HttpAnswer> {
  if (!rollout) throw new Error('the feature has no rollout after a change of it')
  return { status, body: await viewOf(services, rollout, caller), ...(repeated && { headers: repeatedHeader }) }
}

async function viewOf(services: Services, rollout: Rollout, caller: Caller) {
  return rolloutViewOf(
    rollout,
    await withTokenNames(await services.engineState.assessment(rollout.id), caller, services.store),
  )
}

function judgeIdOf({ assessment }: RolloutView): string | null {
  return typeof assessment?.judgeId === 'string' ? assessment.judgeId : null
}

async function judgingOf({ store, clock }: Services, { feature }: Rollout): Promise<RolloutView['judging']> {
  const day = new Date(clock.now()).toISOString().slice(0, 10)
  const [spending, state] = await Promise.all([store.judgeSpending(day), store.feature(feature)])
  const budgetUsdPerDay = state?.live?.judge.budgetUsdPerDay ?? null
  return { spentTodayUsd: spending.get(feature) ?? 0, budgetUsdPerDay }
}

function hex({ randomBytes }: Services, size: number): string {
  return Buffer.from(randomBytes(size)).toString('hex')
}
