import { z } from 'zod'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { readers } from '../../../records/token-scopes.ts'
import { hasEnded, rolloutState } from '../../release/rollout-state.ts'
import { type Assessment, isOld, oldMs } from '../../rollout/assessment/assessment.ts'
import { requireRecentRead } from '../freshness.ts'
import { ofRollout } from '../route/fields.ts'
import { type Checked, defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { findRollout } from './find-rollout.ts'
import { knownAssessment, knownRollout, reportersFor } from './who-reports.ts'

const verdictSchema = z.object({
  rollout: z.string(),
  state: z.string(),
  strength: z.string().nullable().meta({
    description: 'For a promotion that was made or is due; weak: nothing is proven. Null otherwise.',
  }),
  decision: z.string().nullable().meta({ description: 'Null before the first assessment.' }),
  value: z.union([z.literal(1), z.literal(0), z.literal(-1)]).meta({
    description:
      '1 promoted or to be promoted, -1 ended otherwise or to be rolled back, 0 undecided, or not watched any more.',
  }),
  words: z.string(),
  assessedAt: z.number().nullable().meta({
    description: 'When the canary was last looked at, in ms since the epoch; null: not yet, or that is not known.',
  }),
  watched: z
    .boolean()
    .meta({ description: `False of a running rollout at which nobody has looked for ${oldMs / 1000} s.` }),
  anytimeP: z.number().nullable(),
  alpha: z.number(),
})

type Verdict = z.infer<typeof verdictSchema>

function verdictOf(
  rollout: Rollout,
  { assessment, assessedAt, now }: { assessment: Assessment | null; assessedAt: number | null; now: number },
): Verdict {
  const decision = assessment?.decision.do ?? null
  const watched = hasEnded(rollout) || !isOld(assessedAt ?? rollout.startedAt, now)
  const due = watched && !hasEnded(rollout) && assessment?.decision.do === 'promote' ? assessment.decision : undefined
  const value = numberOf(rollout.status, decision)
  return {
    rollout: rollout.id,
    state: rolloutState(rollout),
    strength: rollout.strength ?? due?.strength ?? null,
    decision,
    value: watched || value === -1 ? value : 0,
    assessedAt,
    watched,
    words: rollout.ending?.reason ?? assessment?.words ?? 'Nothing is known about the canary yet.',
    anytimeP: assessment?.anytimeP ?? null,
    alpha: rollout.settings.alpha,
  }
}

function numberOf(status: Rollout['status'], decision: Assessment['decision']['do'] | null): Verdict['value'] {
  if (status === 'promoted') return 1
  if (status !== 'running' && status !== 'paused') return -1
  if (decision === 'promote') return 1
  return decision === 'rollBack' ? -1 : 0
}

async function read(
  { params, caller }: Pick<Checked<{ rollout: string }, unknown, unknown>, 'params' | 'caller'>,
  services: Services,
): Promise<Verdict> {
  await requireRecentRead(services)
  const rollout = await findRollout(services, params.rollout, caller)
  const { engineState, clock } = services
  const [assessment, recorded, reporters] = await Promise.all([
    engineState.assessment(rollout.id),
    engineState.recorded?.(rollout.id) ?? null,
    reportersFor(caller, services),
  ])
  return verdictOf(knownRollout(rollout, reporters), {
    assessment: assessment && knownAssessment(assessment, reporters),
    assessedAt: recorded?.at ?? null,
    now: clock.now(),
  })
}

export const showVerdict = defineRoute({
  method: 'GET',
  path: '/v1/rollouts/{rollout}/verdict',
  summary: 'What is known about a canary as one number, for other deployment tools',
  scopes: ['client', ...readers],
  params: ofRollout,
  answers: { 200: { description: 'The verdict.', schema: verdictSchema } },
  handle: async (request, services) => ({ status: 200, body: await read(request, services) }),
})

export const checkVerdict = defineRoute({
  method: 'POST',
  path: '/v1/rollouts/{rollout}/verdict',
  summary: 'The same for webhooks that go by the status; the body is not read',
  scopes: ['client', ...readers],
  params: ofRollout,
  answers: {
    200: { description: 'Nothing speaks against going on.', schema: verdictSchema },
    412: { description: 'Rolled back, about to be, or not watched any more.', schema: verdictSchema },
  },
  async handle(request, services) {
    const body = await read(request, services)
    return { status: body.value === -1 || !body.watched ? 412 : 200, body }
  },
})
