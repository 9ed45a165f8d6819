import { z } from 'zod'
import { duration } from './duration.ts'

const ppmPerPercent = 10_000

const stage = z.codec(
  z.strictObject({
    percent: z
      .number()
      .min(0.0001)
      .max(100)
      .meta({ description: 'Share of the units that get the canary, to 0.0001 (1 ppm).' }),
    soak: duration.meta({ description: 'How long the stage lasts at the least, e.g. 4h.' }),
  }),
  z.object({ ppm: z.int(), soakMs: z.number() }),
  {
    decode: ({ percent, soak }) => ({ ppm: Math.round(percent * ppmPerPercent), soakMs: soak }),
    encode: ({ ppm, soakMs }) => ({ percent: ppm / ppmPerPercent, soak: soakMs }),
  },
)

/** The evidence keeps a cell for each pair of stages; nobody can mean more. */
export const mostStages = 50

const stages = z
  .array(stage)
  .min(1)
  .superRefine((list, context) => {
    if (list.length > mostStages) {
      const message = `must be at most ${mostStages} stages, found ${list.length}: leave some out`
      context.addIssue({ code: 'custom', message })
    }
    for (const [index, { ppm }] of list.entries()) {
      const before = list[index - 1]
      if (before && ppm <= before.ppm)
        context.addIssue({ code: 'custom', path: [index, 'percent'], message: 'must be more than the one before it' })
    }
  })
  .meta({ maxItems: mostStages })

const weight = z.number().min(0).max(1)

const signals = z
  .strictObject({
    score: weight.default(0.4).meta({ description: 'Judged score (default 0.4).' }),
    errors: weight.default(0.3).meta({ description: 'Failed requests (default 0.3).' }),
    slow: weight.default(0.15).meta({ description: "Requests beyond the incumbent's 95th percentile (default 0.15)." }),
    safety: weight.default(0.15).meta({ description: 'Refusals and answers of the wrong form (default 0.15).' }),
    feedback: weight.default(0).meta({ description: 'What users say (default 0: shown, never decides).' }),
  })
  .refine((weights) => Object.values(weights).reduce((sum, value) => sum + value, 0) <= 1 + 1e-9, {
    error: 'the weights of all signals must not exceed 1 together: they share the error budget',
  })

/**
 * The `rollout` of a prompt file or of a request to start one; every key has a default. `z.encode` turns settings back into
 * the form in which they are written and sent.
 */
export const rolloutSettingsSchema = z
  .strictObject({
    stages: stages
      .prefault([
        { percent: 1, soak: '4h' },
        { percent: 5, soak: '8h' },
        { percent: 25, soak: '12h' },
        { percent: 50, soak: '24h' },
      ])
      .meta({ description: 'From the first share to the last before everybody (default 1, 5, 25, 50 % over 48h).' }),
    advance: z
      .enum(['evidence', 'soak', 'manual'])
      .default('evidence')
      .meta({ description: 'What leads to the next stage: evidence and soak time, soak time alone, or a person.' }),
    alpha: z.number().min(1e-9).max(0.5).default(0.05).meta({
      description: 'Bound on the chance that a canary which is no worse is rolled back, however long one looks.',
    }),
    signals: signals.prefault({}).meta({ description: 'Share of the error budget of each signal.' }),
    tolerance: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({ description: 'Drop of the score that is no reason to roll back (default 0).' }),
    margin: z
      .number()
      .min(0.0001)
      .max(1)
      .default(0.05)
      .meta({ description: 'Drop of the score that a promotion rules out (default 0.05).' }),
    flagMargin: z
      .number()
      .min(0.0001)
      .max(1)
      .default(0.01)
      .meta({ description: 'The same for the rate of errors, slow answers and the like (default 0.01).' }),
    flagFloor: z
      .number()
      .min(0)
      .max(1)
      .default(0.005)
      .meta({ description: 'Smallest rise of a rate that rolls back (default 0.005).' }),
    costRatio: z
      .number()
      .min(1)
      .max(1000)
      .default(1.5)
      .meta({ description: 'Costs beyond this many times those of the incumbent alert (default 1.5).' }),
    minUsers: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(100)
      .meta({ description: 'Distinct users of the canary that a promotion needs (default 100).' }),
    patience: duration.prefault('96h').meta({
      description: 'Without evidence after this long, pauses left out, the rollout is undecided (default 96h).',
    }),
    onUndecided: z.enum(['weakPromote', 'hold', 'rollBack']).default('weakPromote').meta({
      description:
        'What becomes of it then: promoted weakly where it seems to be worse by no more than two thirds of each margin (default), held for a person, or rolled back.',
    }),
    mismatchPatience: duration.exactOptional().meta({
      description: 'Arms that do not match for this long end the rollout at the incumbent (default 4h).',
    }),
    quietHours: z
      .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected e.g. "22:00-06:00" (UTC)'))
      .max(24)
      .default([])
      .meta({ description: 'Hours in which nothing advances or promotes, UTC; rolling back is always possible.' }),
    slowMs: z
      .number()
      .min(0.001)
      .max(86_400_000)
      .exactOptional()
      .meta({ description: 'Fixed limit in ms instead of the 95th percentile.' }),
  })
  .meta({ description: 'How a new version is let loose on production traffic.' })

/** Stages with increasing shares in ppm and soak times in ms; weights that sum to at most 1. */
export type RolloutSettings = z.output<typeof rolloutSettingsSchema>

/** In percent: nothing, or at least 1 ppm, since a share that is smaller is none. */
const share = z
  .number()
  .min(0)
  .max(100)
  .refine((percent) => percent === 0 || percent >= 0.0001, { error: 'must be 0, or at least 0.0001' })

/** The `live` of a prompt file: which production traffic is judged, and what may be stored of it. */
export const liveSettingsSchema = z
  .strictObject({
    judge: z
      .strictObject({
        percent: share.default(10).meta({ description: 'Share of requests that is judged (default 10).' }),
        canaryPercent: share.exactOptional().meta({ description: 'The same for the canary (default: the same).' }),
        budgetUsdPerDay: z
          .number()
          .gt(0)
          .max(1_000_000)
          .default(5)
          .meta({ description: 'Ceiling of what the judge costs a day (default 5).' }),
      })
      .prefault({})
      .meta({ description: 'Which requests the judge sees, and what that may cost.' }),
    store: z
      .boolean()
      .default(false)
      .meta({ description: 'Inputs and outputs may be stored, to be judged and made into cases (default false).' }),
    retention: duration.prefault('14d').meta({ description: 'After this long they are deleted (default 14d).' }),
    redact: z.string().min(1).exactOptional().meta({
      description:
        'Module whose default export, or that of file#name, takes {input, output} and returns what may be stored; relative to this file.',
    }),
  })
  .meta({ description: 'What is judged and stored of production traffic.' })

/** Percentages 0 to 100, times in ms. */
export type LiveSettings = z.output<typeof liveSettingsSchema>

export const defaultRolloutSettings: RolloutSettings = rolloutSettingsSchema.parse({})
export const defaultLiveSettings: LiveSettings = liveSettingsSchema.parse({})

/** Incumbents are judged at most so many times as often as the canary: beyond that they tell next to nothing. */
export const incumbentsPerCanary = 10
