import { z } from 'zod'
import { type Environments, environmentName } from '../../../core/suite/config/environments.ts'
import { figuresSchema, onlySourceShareSchema, placeShareSchema } from '../../../records/rollout/assessment.ts'
import {
  holdSchema,
  promotionStrengthSchema,
  type Rollout,
  rolloutSchema,
  rolloutStatusSchema,
} from '../../../records/rollout/rollout.ts'
import { rolloutState, sharePpm } from '../../release/rollout-state.ts'
import type { Assessment } from '../../rollout/assessment/assessment.ts'
import type { Services } from '../services.ts'
import { judgeStandingSchema } from '../versions/judge-standing.ts'
import { answeredAssessment, type KnownReporters, knownRollout } from './who-reports.ts'

const largest = z
  .array(placeShareSchema)
  .max(6)
  .meta({ description: 'The five largest in descending order, then `others`.' })
const assessment = z.looseObject({
  words: z.string(),
  // Assessments that older releases of Sluice stored lack these fields.
  figures: figuresSchema.optional(),
  places: z
    .strictObject({ instance: largest, address: largest })
    .optional()
    .meta({ description: 'From which processes and addresses the outcomes came. Only in answers for operators.' }),
  accuser: onlySourceShareSchema.nullish().meta({
    description:
      'The only source of the evidence against the canary; null if there are several or none. Only in answers for operators.',
  }),
})

/** A rollout as the API returns it: what is stored, and what follows from it. */
export const rolloutView = rolloutSchema.extend({
  environment: z.string().nullable().meta({ description: 'Null: the control plane has no environments.' }),
  settings: z.looseObject({ stages: z.array(z.object({ ppm: z.int(), soakMs: z.number() })) }),
  strength: promotionStrengthSchema.nullable().meta({
    description:
      'How well a promotion is proven. strong: a drop beyond the margin is ruled out; weak: by the rule for the undecided; null: not promoted, or promoted before this was recorded.',
  }),
  state: z
    .union([rolloutStatusSchema, holdSchema])
    .meta({ description: 'How it ended; else paused; else why it holds; else running.' }),
  ppm: z.int().meta({ description: "The canary's share now, in parts per million." }),
  assessment: assessment.nullable(),
  judging: z
    .strictObject({
      spentTodayUsd: z.number(),
      budgetUsdPerDay: z.number().nullable(),
      judges: z
        .boolean()
        .meta({ description: 'Whether answers of the canary are judged, as long as the budget lasts.' }),
      stoppedAt: z.number().nullable().meta({
        description:
          "Since when today's budget is used up, so that nothing is judged until tomorrow (UTC); null: it is not.",
      }),
    })
    .optional()
    .meta({ description: "Today's (UTC) cost of judging the feature. Only in the answer for a single rollout." }),
  assessedAt: z.number().nullable().optional().meta({
    description: 'When the assessment was made, in ms since the epoch; null: not yet, or that is not known.',
  }),
  page: z.string().nullable().optional().meta({
    description:
      'Address of its page; null if the control plane does not know its own (SLUICE_PUBLIC_URL). Only in the answer for a single rollout.',
  }),
  judge: judgeStandingSchema.nullable().optional().meta({
    description:
      'Who judges the answers of the canary, and its calibration; null if nobody does. Only in the answer for a single rollout.',
  }),
})

export type RolloutView = z.infer<typeof rolloutView>

/** A rollout as the API returns it to somebody. */
export function rolloutViewOf(
  rollout: Rollout,
  assessment: Assessment | null,
  { names, reporters }: { names: Environments; reporters: KnownReporters },
): RolloutView {
  return {
    ...knownRollout(rollout, reporters),
    environment: environmentName(rollout.feature, names),
    settings: { ...rollout.settings },
    strength: rollout.strength ?? null,
    state: rolloutState(rollout),
    ppm: sharePpm(rollout),
    assessment: assessment && { ...answeredAssessment(assessment, reporters) },
  }
}

/** A rollout with what is known of its canary, and since when, as somebody may see it. */
export async function shownRollout(
  { engineState, environments }: Pick<Services, 'engineState' | 'environments'>,
  rollout: Rollout,
  reporters: KnownReporters,
): Promise<RolloutView> {
  const [assessment, recorded] = await Promise.all([
    engineState.assessment(rollout.id),
    engineState.recorded?.(rollout.id),
  ])
  const view = rolloutViewOf(rollout, assessment, { names: environments, reporters })
  return { ...view, assessedAt: recorded?.at ?? null }
}
