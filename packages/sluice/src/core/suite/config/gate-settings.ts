import { z } from 'zod'
import { type Guard, guards } from './guard.ts'

const repeats = z
  .array(z.int().min(1))
  .min(1)
  .superRefine((looks, context) => {
    if (looks[0] !== undefined && looks[0] !== 1) {
      context.addIssue({ code: 'custom', path: [0], message: `the first look is at 1 repeat, not ${looks[0]}` })
    }
    for (const [index, look] of looks.entries()) {
      const before = looks[index - 1]
      if (before !== undefined && look <= before) {
        context.addIssue({ code: 'custom', path: [index], message: `must be more than the ${before} before it` })
      }
    }
  })

const fields = {
  threshold: z.number().min(0).max(1).meta({ description: 'Lowest mean score that passes (default 0.85).' }),
  margin: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'Largest acceptable drop against the baseline (default 0.03).' }),
  tagMargin: z.number().gt(0).max(1).meta({ description: 'The same for a tag (default 0.10).' }),
  confidence: z.number().gt(0.5).lt(1).meta({ description: 'Confidence of the verdict (default 0.95).' }),
  repeats: repeats.meta({ description: 'Looks of the sequential test (default [1, 2, 3, 5, 8]); [1] = one pass.' }),
  criticalRepeats: z
    .int()
    .min(1)
    .meta({ description: 'Repeats up to which an undecided critical case is judged (default 24).' }),
  minCoverage: z.number().min(0).max(1).meta({ description: 'Smallest share of scored cases (default 0.98).' }),
  onInconclusive: z
    .enum(['tiebreak', 'block', 'warn'])
    .meta({ description: 'What an undecided gate does: tiebreak, block or warn (default tiebreak).' }),
  budgetUsd: z.number().gt(0).meta({ description: 'Hard stop before the call that would exceed it (default 2).' }),
  caseThreshold: z.number().min(0).max(1).meta({ description: 'Score from which a case passes (default 0.6).' }),
  estimand: z
    .enum(['golden-set', 'population'])
    .meta({ description: 'Judge these cases, or the traffic they stand for (default golden-set).' }),
  guard: z.enum(guards).meta({
    description:
      'What becomes of a change to its own measure: report names it, strict judges by the base commit, off looks away (default report).',
  }),
}

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
  })
  .meta({ description: 'When a change may pass.' })

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
  onInconclusive: 'tiebreak' | 'block' | 'warn'
  /** USD; absent where no budget is set. */
  budgetUsd?: number
  /** In [0,1]: the score from which a case counts as passed. */
  caseThreshold: number
  estimand: 'golden-set' | 'population'
  guard: Guard
}
