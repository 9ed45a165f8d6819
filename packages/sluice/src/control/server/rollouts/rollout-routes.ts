import { z } from 'zod'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { rolloutStartSchema } from '../../../records/rollout/rollout-start.ts'
import { readers } from '../../../records/token-scopes.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { utcDay } from '../../../text/format.ts'
import { judgingStoppedAt } from '../../live/budget-notice.ts'
import { rolloutAddress } from '../../pages/addresses.ts'
import { isJudgedLive } from '../../release/capture.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { type Caller, refuseOtherFeature } from '../access/caller.ts'
import { type Changed, changeFeature } from '../change-feature.ts'
import type { HttpAnswer } from '../http/answer.ts'
import { breakGlass, expectedRevision, ofFeature, ofRollout, reason } from '../route/fields.ts'
import { repeatedHeader } from '../route/idempotency.ts'
import { defineRoute, type HttpRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { judgeStandingOf } from '../versions/judge-standing.ts'
import { applyStart, operateRollout, type RolloutOperation } from './change-rollout.ts'
import { findRollout } from './find-rollout.ts'
import { type RolloutView, rolloutView, shownRollout } from './rollout-view.ts'
import { reportersFor } from './who-reports.ts'

export const startRollout = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/rollouts',
  summary: 'Give a version to a growing share, watched against the active one',
  scopes: ['operator'],
  idempotent: true,
  params: ofFeature,
  body: rolloutStartSchema.extend({ breakGlass, expectedRevision }),
  answers: { 201: { description: 'Started.', schema: rolloutView } },
  async handle(request, services) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    const { expectedRevision: seen, ...start } = body
    const changed = await applyStart(services, request, params.feature, { ...start, seen })
    return rolloutAnswer(services, changed, request.caller)
  },
})

export const showRollout = defineRoute({
  method: 'GET',
  path: '/v1/rollouts/{rollout}',
  summary: 'A rollout with what is known about its canary',
  scopes: ['client', 'ci', ...readers],
  params: ofRollout,
  answers: { 200: { description: 'The rollout.', schema: rolloutView } },
  async handle({ params, caller }, services) {
    const rollout = await findRollout(services, params.rollout, caller)
    const { store, settings } = services
    const [view, version] = await Promise.all([
      viewOf(services, rollout, caller),
      store.version(rollout.feature, rollout.canary),
    ])
    const judging = await judgingOf(services, rollout, version)
    const judge = version ? judgeStandingOf(version, judgeIdOf(view)) : null
    const page = settings.publicUrl === null ? null : `${settings.publicUrl}${rolloutAddress(rollout.id)}`
    return { status: 200, body: { ...view, judging, judge, page } }
  },
})

const actBody = z.strictObject({ reason, expectedRevision })

function operation(type: RolloutOperation, summary: string): HttpRoute {
  return defineRoute({
    method: 'POST',
    path: `/v1/rollouts/{rollout}/${type}`,
    summary,
    scopes: ['operator'],
    idempotent: true,
    params: ofRollout,
    body: type === 'advance' || type === 'promote' ? actBody.extend({ breakGlass }) : actBody,
    answers: { 200: { description: 'Recorded, and sent to all clients.', schema: rolloutView } },
    async handle(request, services) {
      const rollout = await findRollout(services, request.params.rollout, request.caller)
      const { expectedRevision: seen, ...act } = request.body
      const changed = await operateRollout(services, request, rollout, { type, ...act, seen })
      return rolloutAnswer(services, changed, request.caller)
    },
  })
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
  return shownRollout(services, rollout, await reportersFor(caller, services))
}

function judgeIdOf({ assessment }: RolloutView): string | null {
  return typeof assessment?.judgeId === 'string' ? assessment.judgeId : null
}

async function judgingOf(
  { store, clock, kept }: Services,
  { feature }: Rollout,
  version: VersionRecord | undefined,
): Promise<RolloutView['judging']> {
  const day = utcDay(clock.now())
  const [spending, state, head] = await Promise.all([
    store.judgeSpending(day),
    store.feature(feature),
    store.auditHead(feature),
  ])
  const rows = head ? await kept.lastRows(feature, head.seq) : []
  const budgetUsdPerDay = state?.live?.judge.budgetUsdPerDay ?? null
  // What is stored now follows from the feature, since the last publication decides it.
  const judges = version !== undefined && isJudgedLive({ ...version, live: state?.live ?? version.live })
  const stoppedAt = judgingStoppedAt(rows, { budgetUsdPerDay, now: clock.now() })
  return { spentTodayUsd: spending.get(feature) ?? 0, budgetUsdPerDay, judges, stoppedAt }
}
