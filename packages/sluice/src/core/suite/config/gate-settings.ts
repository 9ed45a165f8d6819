import { z } from 'zod'
import { type Guard, guards } from './guard.ts'
import { type MetricSettings, metricSettingsSchema } from './metric-settings.ts'
import { type OnInconclusive, onInconclusive } from './on-inconclusive.ts'
import { type SafetySettings, safetySettingsSchema } from './safety-settings.ts'

/** What becomes of a pass by a judge that is not calibrated, the strictest first. */
export const uncalibrated = ['block', 'warn', 'allow'] as const

const repeats = z
  .array(z.int().min(1))
  .min(1)
  .superRefine((rounds, context) => {
    if (rounds[0] !== undefined && rounds[0] !== 1) {
      context.addIssue({ code: 'custom', path: [0], message: `the first round has 1 repeat, not ${rounds[0]}` })
    }
    for (const [index, count] of rounds.entries()) {
      const before = rounds[index - 1]
      if (before !== undefined && count <= before) {
        context.addIssue({ code: 'custom', path: [index], message: `must be more than the ${before} before it` })
      }
    }
  })

/** The defaults. The budget has none here: a run without a budget setting chooses its own. */
export const defaultGateSettings: GateSettings = {
  threshold: 0.85,
  margin: 0.03,
  tagMargin: 0.1,
  confidence: 0.95,
  repeats: [1, 2, 3, 5, 8],
  minCoverage: 0.98,
  onInconclusive: 'tiebreak',
  caseThreshold: 0.6,
  estimand: 'golden-set',
  guard: 'report',
  judge: { minKappa: 0.6, onUncalibrated: 'allow' },
}

const share = z.number().min(0).max(1)

const judgeFields = {
  minKappa: z
    .number()
    .gt(0)
    .max(1)
    .meta({
      description: `The lower end of kappa, agreement with people beyond chance, from which the judge may gate (default ${defaultGateSettings.judge.minKappa}).`,
      examples: [0.7],
    }),
  minTpr: share.meta({
    description: 'The same for the share of what people call good that the judge calls good (default: not asked for).',
    examples: [0.8],
  }),
  minTnr: share.meta({
    description: 'The same for the share of what people call bad that the judge calls bad (default: not asked for).',
    examples: [0.7],
  }),
  onUncalibrated: z.enum(uncalibrated).meta({
    description: `What becomes of a verdict that rests on a judge which labels do not show to be right: allow says so, warn makes a pass weak, block makes it inconclusive with exit code 2 (default ${defaultGateSettings.judge.onUncalibrated}).`,
    examples: ['block'],
  }),
}

const fields = {
  threshold: z
    .number()
    .min(0)
    .max(1)
    .meta({
      description: `Lowest mean score that passes (default ${defaultGateSettings.threshold}).`,
      examples: [0.9],
    }),
  margin: z
    .number()
    .min(0)
    .max(1)
    .meta({
      description: `Largest acceptable drop of the mean against the baseline (default ${defaultGateSettings.margin}).`,
      examples: [0.05],
    }),
  tagMargin: z
    .number()
    .gt(0)
    .max(1)
    .meta({
      description: `Largest acceptable drop of the mean of a tag (default ${defaultGateSettings.tagMargin}).`,
      examples: [0.15],
    }),
  confidence: z
    .number()
    .gt(0.5)
    .lt(1)
    .meta({ description: `Confidence of the verdict (default ${defaultGateSettings.confidence}).`, examples: [0.9] }),
  repeats: repeats.meta({
    description: `Answers per case after which the gate decides or goes on: rising numbers from 1 on; [1] asks each case once (default ${JSON.stringify(defaultGateSettings.repeats).replaceAll(',', ', ')}).`,
    examples: [[1, 3], [1]],
  }),
  criticalRepeats: z
    .int()
    .min(1)
    .meta({
      description:
        'Answers up to which an undecided critical case is asked (default: 24, or 1 where repeats ends at 1).',
      examples: [12],
    }),
  minCoverage: z
    .number()
    .min(0)
    .max(1)
    .meta({
      description: `Smallest share of cases that have a score; below it the run is inconclusive (default ${defaultGateSettings.minCoverage}).`,
      examples: [0.95],
    }),
  onInconclusive: z.enum(onInconclusive).meta({
    description: `What an undecided gate does: tiebreak passes, as weak, what seems worse by no more than two thirds of the margin; block ends with exit code 2, warn with 0 (default ${defaultGateSettings.onInconclusive}).`,
    examples: ['block'],
  }),
  budgetUsd: z
    .number()
    .gt(0)
    .meta({
      description: 'Hard stop: no call is made that could exceed so many USD in one run (default 2).',
      examples: [5],
    }),
  caseThreshold: z
    .number()
    .min(0)
    .max(1)
    .meta({
      description: `Score from which a case counts as passed in the share of passed cases (default ${defaultGateSettings.caseThreshold}).`,
      examples: [0.8],
    }),
  estimand: z.enum(['golden-set', 'population']).meta({
    description: `What the verdict is about: these cases, or the traffic they stand for, which takes wider intervals (default ${defaultGateSettings.estimand}).`,
    examples: ['population'],
  }),
  guard: z.enum(guards).meta({
    description: `What becomes of a change to its own measure: report names it, strict judges by the base commit, off looks away (default ${defaultGateSettings.guard}).`,
    examples: ['strict'],
  }),
  judge: z
    .strictObject({
      minKappa: judgeFields.minKappa.exactOptional(),
      minTpr: judgeFields.minTpr.exactOptional(),
      minTnr: judgeFields.minTnr.exactOptional(),
      onUncalibrated: judgeFields.onUncalibrated.exactOptional(),
    })
    .meta({
      description:
        'What the judge has to reach against labels of people (default {minKappa: 0.6, onUncalibrated: allow}).',
      examples: [{ minKappa: 0.7, minTnr: 0.8, onUncalibrated: 'block' }],
    }),
}

/** Any subset of the settings: the `gate` of sluice.yaml and of a prompt file, which overrides it. */
export const gateSettingsSchema = z
  .strictObject({
    threshold: fields.threshold.exactOptional(),
    margin: fields.margin.exactOptional(),
    tagMargin: fields.tagMargin.exactOptional(),
    confidence: fields.confidence.exactOptional(),
    repeats: fields.repeats.exactOptional(),
    criticalRepeats: fields.criticalRepeats.exactOptional(),
    minCoverage: fields.minCoverage.exactOptional(),
    onInconclusive: fields.onInconclusive.exactOptional(),
    budgetUsd: fields.budgetUsd.exactOptional(),
    caseThreshold: fields.caseThreshold.exactOptional(),
    estimand: fields.estimand.exactOptional(),
    guard: fields.guard.exactOptional(),
    judge: fields.judge.exactOptional(),
    safety: safetySettingsSchema.exactOptional(),
    metrics: metricSettingsSchema.exactOptional(),
  })
  .meta({
    description: 'When a change may pass.',
    examples: [{ threshold: 0.9, margin: 0.05, repeats: [1, 3, 5], onInconclusive: 'block' }],
  })

export interface GateSettings {
  /** In [0,1]: the floor for the mean score. */
  threshold: number
  /** In [0,1]: the largest drop against the baseline that is acceptable. */
  margin: number
  /** In (0,1]: the largest acceptable drop of a tag. */
  tagMargin: number
  /** In (0.5,1). */
  confidence: number
  /** Strictly increasing, starting with 1. */
  repeats: number[]
  /** Repeats of a critical case at most. Where absent, they are 24, or 1 where the last round is at 1 repeat. */
  criticalRepeats?: number
  /** In [0,1]: scored cases / all cases. */
  minCoverage: number
  onInconclusive: OnInconclusive
  /** USD; absent where no budget is set. */
  budgetUsd?: number
  /** In [0,1]: the score from which a case counts as passed. */
  caseThreshold: number
  estimand: 'golden-set' | 'population'
  guard: Guard
  judge: JudgeRequirements
  /** Absent where nothing is bounded. */
  safety?: SafetySettings
  /** Absent where no metric is judged. */
  metrics?: MetricSettings
}

/** What the judge has to reach against labels of people, each by the lower end of its interval; in [0,1]. */
export interface JudgeRequirements {
  minKappa: number
  minTpr?: number
  minTnr?: number
  onUncalibrated: (typeof uncalibrated)[number]
}
