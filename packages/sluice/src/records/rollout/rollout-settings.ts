import { z } from 'zod'
import { dayMs } from '../../time-units.ts'
import { duration } from '../duration.ts'

/** A share of 100 % in parts per million. */
export const ppmPerWhole = 1_000_000
export const ppmPerPercent = ppmPerWhole / 100

const stage = z.codec(
  z.strictObject({
    percent: z
      .number()
      .min(0.0001)
      .max(100)
      .meta({ description: 'Share of the units that get the canary, to 0.0001 (1 ppm).', examples: [5] }),
    soak: duration.meta({ description: 'How long the stage lasts at the least.', examples: ['6h'] }),
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
    score: weight.default(0.4).meta({ description: 'The judged score (default 0.4).', examples: [0.5] }),
    errors: weight.default(0.3).meta({ description: 'Failed requests (default 0.3).', examples: [0.2] }),
    slow: weight
      .default(0.15)
      .meta({ description: "Requests beyond the incumbent's 95th percentile (default 0.15).", examples: [0.1] }),
    safety: weight
      .default(0.15)
      .meta({ description: 'Refusals and answers of the wrong form (default 0.15).', examples: [0.1] }),
    feedback: weight
      .default(0)
      .meta({ description: 'What users say; with 0 it is shown and decides nothing (default 0).', examples: [0.1] }),
  })
  .refine((weights) => Object.values(weights).reduce((sum, value) => sum + value, 0) <= 1 + 1e-9, {
    error: 'the weights of all signals must not exceed 1 together: they share the error budget',
  })

/** The stages where neither a prompt file nor the traffic says which. */
export const usualStages: readonly z.input<typeof stage>[] = [
  { percent: 1, soak: '4h' },
  { percent: 5, soak: '8h' },
  { percent: 25, soak: '12h' },
  { percent: 50, soak: '24h' },
]

/**
 * The `rollout` of a prompt file or of a request to start one; every key has a default. `z.encode` turns settings back
 * into the form in which they are written and sent.
 */
export const rolloutSettingsSchema = z
  .strictObject({
    stages: stages.prefault([...usualStages]).meta({
      description:
        'From the first share to the last before everybody (default: chosen by the traffic; where that is not known, 1, 5, 25 and 50 % for 4, 8, 12 and 24 h).',
      examples: [
        [
          { percent: 5, soak: '6h' },
          { percent: 50, soak: '24h' },
        ],
      ],
    }),
    advance: z
      .enum(['evidence', 'soak', 'manual'])
      .default('evidence')
      .meta({
        description:
          'What leads to the next stage: evidence and soak time, soak time alone, or a person (default evidence).',
        examples: ['manual'],
      }),
    alpha: z
      .number()
      .min(1e-9)
      .max(0.5)
      .default(0.05)
      .meta({
        description:
          'Bound on the chance that a canary which is no worse is rolled back, however long one looks (default 0.05).',
        examples: [0.01],
      }),
    signals: signals.prefault({}).meta({
      description: 'Share of the error budget of each signal; together at most 1.',
      examples: [{ score: 0.5, errors: 0.3, slow: 0.1, safety: 0.1 }],
    }),
    tolerance: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({ description: 'Drop of the score that is no reason to roll back (default 0).', examples: [0.01] }),
    margin: z
      .number()
      .min(0.0001)
      .max(1)
      .default(0.05)
      .meta({ description: 'Drop of the score that a promotion rules out (default 0.05).', examples: [0.03] }),
    flagMargin: z
      .number()
      .min(0.0001)
      .max(1)
      .default(0.01)
      .meta({
        description: 'Rise of the rate of errors, slow answers and the like that a promotion rules out (default 0.01).',
        examples: [0.02],
      }),
    flagFloor: z
      .number()
      .min(0)
      .max(1)
      .default(0.005)
      .meta({
        description: 'Smallest rise of the rate of errors, slow answers and the like that rolls back (default 0.005).',
        examples: [0.01],
      }),
    costRatio: z
      .number()
      .min(1)
      .max(1000)
      .default(1.5)
      .meta({ description: 'Costs beyond this many times those of the incumbent alert (default 1.5).', examples: [2] }),
    minUsers: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(100)
      .meta({ description: 'Distinct users of the canary that a promotion needs (default 100).', examples: [50] }),
    patience: duration.prefault('96h').meta({
      description: 'Without evidence after this long, pauses left out, the rollout is undecided (default 96h).',
      examples: ['7d'],
    }),
    onUndecided: z
      .enum(['weakPromote', 'hold', 'rollBack'])
      .default('weakPromote')
      .meta({
        description:
          'What becomes of a rollout that is undecided when patience ends: promoted weakly where it seems to be worse by no more than two thirds of each margin, held for a person, or rolled back (default weakPromote).',
        examples: ['hold'],
      }),
    mismatchPatience: duration.exactOptional().meta({
      description: 'Arms that do not match for this long end the rollout at the incumbent (default 4h).',
      examples: ['8h'],
    }),
    quietHours: z
      .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected e.g. "22:00-06:00" (UTC)'))
      .max(24)
      .default([])
      .meta({
        description: 'Hours in which nothing advances or promotes, UTC; rolling back is always possible.',
        examples: [['22:00-06:00']],
      }),
    slowMs: z
      .number()
      .min(0.001)
      .max(dayMs)
      .exactOptional()
      .meta({
        description: "From this many milliseconds a request counts as slow (default: the incumbent's 95th percentile).",
        examples: [3000],
      }),
  })
  .meta({
    description: 'How sluice rollout start lets a new version loose on production traffic.',
    examples: [
      {
        stages: [
          { percent: 5, soak: '6h' },
          { percent: 50, soak: '24h' },
        ],
        quietHours: ['22:00-06:00'],
      },
    ],
  })

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
        percent: share
          .default(10)
          .meta({ description: 'Share of requests that is judged, in percent (default 10).', examples: [2] }),
        canaryPercent: share.exactOptional().meta({
          description: 'Share of the requests of the canary that is judged, in percent (default: as percent).',
          examples: [20],
        }),
        budgetUsdPerDay: z
          .number()
          .gt(0)
          .max(1_000_000)
          .default(5)
          .meta({ description: 'Ceiling of what the judge costs a day, in USD (default 5).', examples: [1] }),
      })
      .prefault({})
      .meta({
        description: 'Which requests the judge sees, and what that may cost.',
        examples: [{ percent: 2, budgetUsdPerDay: 1 }],
      }),
    store: z
      .boolean()
      .default(false)
      .meta({
        description: 'Inputs and outputs may be stored, to be judged and made into cases (default false).',
        examples: [true],
      }),
    retention: duration
      .prefault('14d')
      .meta({ description: 'After this long they are deleted (default 14d).', examples: ['3d'] }),
    redact: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'Module whose default export, or that of file#name, takes {input, output} and returns what may be stored; relative to this file.',
        examples: ['../redact.ts'],
      }),
  })
  .meta({
    description: 'What sluice serve judges and stores of production traffic.',
    examples: [{ judge: { percent: 2 }, store: true, retention: '3d' }],
  })

/** Percentages 0 to 100, times in ms. */
export type LiveSettings = z.output<typeof liveSettingsSchema>

export const defaultRolloutSettings: RolloutSettings = rolloutSettingsSchema.parse({})
export const defaultLiveSettings: LiveSettings = liveSettingsSchema.parse({})

/** Incumbents are judged at most so many times as often as the canary: beyond that they tell next to nothing. */
const incumbentsPerCanary = 10

/** How many requests of the incumbent are judged, beside so many of the canary and out of so many that could be. */
export function judgedIncumbents(canaries: number, incumbents: number): number {
  return Math.min(incumbentsPerCanary * canaries, incumbents)
}
