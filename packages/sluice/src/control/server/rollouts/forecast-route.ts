import { z } from 'zod'
import { endForecastSchema } from '../../../records/rollout/end-chances.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { readers } from '../../../records/token-scopes.ts'
import { hourMs, minuteMs } from '../../../time-units.ts'
import { expectedTraffic, hasOutgrown } from '../../plan/expected-traffic.ts'
import { begunOf } from '../../plan/forecast.ts'
import { isJudgedLive } from '../../release/capture.ts'
import { hasEnded, isPatienceOver, onUndecided, runningMs } from '../../release/rollout-state.ts'
import { ofRollout } from '../route/fields.ts'
import { defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { findRollout } from './find-rollout.ts'

const unknownSchema = z
  .enum(['ended', 'paused', 'byHand', 'patienceOver', 'traffic', 'outgrown', 'slower', 'late'])
  .meta({
    description:
      'Why there is none: it has ended or is paused; time or a person decides it; only a person can, since patience is over; the log has too little traffic yet; a young rollout has had several times as many requests as the days before let expect; nearly no simulated rollout is as long in its stage; or the machine was too busy to compute it, so that the next request may tell.',
  })

const answer = z.strictObject({
  forecast: endForecastSchema.nullable().meta({ description: 'Hours count from `at`. Null: see `unknown`.' }),
  unknown: unknownSchema.nullable(),
  at: z.number().meta({ description: 'When it was made, in ms since the epoch.' }),
})

type ForecastAnswer = z.infer<typeof answer>

export const showForecast = defineRoute({
  method: 'GET',
  path: '/v1/rollouts/{rollout}/forecast',
  summary: 'How a running rollout is expected to end, and when; made anew every ten minutes',
  scopes: readers,
  params: ofRollout,
  answers: { 200: { description: 'As far as it can be told.', schema: answer } },
  async handle({ params, caller }, services) {
    const rollout = await findRollout(services, params.rollout, caller)
    return { status: 200, body: await rolloutForecast(services, rollout) }
  },
})

/** How a running rollout is expected to end, from where it stands and the traffic so far. @throws Problem 503 */
export async function rolloutForecast(
  { endForecasts, engineState, store, clock }: Pick<Services, 'endForecasts' | 'engineState' | 'store' | 'clock'>,
  rollout: Rollout,
): Promise<ForecastAnswer> {
  const now = clock.now()
  const none = (unknown: ForecastAnswer['unknown']): ForecastAnswer => ({ forecast: null, unknown, at: now })
  if (hasEnded(rollout)) return none('ended')
  if (rollout.status === 'paused') return none('paused')
  if (onUndecided(rollout) === undefined) return none('byHand')
  if (isPatienceOver(rollout, now)) return none('patienceOver')
  const { feature, canary, id, settings } = rollout
  const [traffic, version, assessment] = await Promise.all([
    endForecasts.traffic(feature),
    store.version(feature, canary),
    engineState.assessment(id),
  ])
  const given = { perDay: undefined, users: undefined }
  const known =
    version &&
    expectedTraffic(
      { traffic, live: version.live, isJudged: isJudgedLive(version) },
      given,
      rollout.judgePercent ?? null,
    )
  if (!known) return none('traffic')
  const requests = assessment ? assessment.incumbent.requests + assessment.canary.requests : 0
  if (traffic && hasOutgrown(traffic, { requests, ms: now - rollout.startedAt })) return none('outgrown')
  const from = begunOf(rollout, assessment, now)
  const start = now - from.hours * hourMs
  const tenth = Math.floor(now / stepMs)
  const topic = forecastTopic(rollout)
  const question = { traffic: known.expected, measured: traffic, settings, start, from }
  // While it is paused its patience does not pass: what was foretold before no longer holds.
  const pausedMs = now - rollout.startedAt - runningMs(rollout, now)
  const found = await endForecasts.forecast({ feature, key: `${topic} ${tenth} ${pausedMs}` }, question, topic)
  return typeof found === 'string' ? none(found) : { ...found, unknown: null }
}

/** The last forecast of a rollout is found by this name: it holds for its stage alone. */
export function forecastTopic({ id, stage }: Pick<Rollout, 'id' | 'stage'>): string {
  return `${id} ${stage}`
}

const stepMs = 10 * minuteMs
