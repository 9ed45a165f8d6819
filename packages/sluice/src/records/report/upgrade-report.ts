import { z } from 'zod'

const judgeVersionSchema = z.object({
  /** The judge's version; scores of two of them are never compared in a gate. */
  id: z.string(),
  model: z.string(),
})

/**
 * What two judges made of the same answers of one feature: how far the new one's scores lie from the old one's, so that
 * a history of both can be read.
 */
export const judgeBridgeSchema = z.object({
  schema: z.literal('sluice.judge-bridge/1'),
  feature: z.string(),
  /** Version id of the prompt whose answers were judged. */
  version: z.string(),
  suite: z.string(),
  /** When it was measured. */
  at: z.iso.datetime({ offset: true }),
  from: judgeVersionSchema,
  to: judgeVersionSchema,
  /** Cases in the suite, and those that both judges have scored. */
  cases: z.int().min(0),
  compared: z.int().min(0),
  /** New minus old, in score, over the compared cases; null where nothing, or too little, could be compared. */
  offset: z.object({
    mean: z.number().nullable(),
    /** Cluster-robust. */
    ciLow: z.number().nullable(),
    ciHigh: z.number().nullable(),
    confidence: z.number(),
  }),
  /** For each rubric item or evaluator, how many judgements of the same answer there are, agree, and say yes. */
  items: z.array(
    z.object({
      id: z.string(),
      compared: z.int().min(0),
      agreed: z.int().min(0),
      scoreBefore: z.number().nullable(),
      scoreAfter: z.number().nullable(),
      /** The one verdict that a judge gave to everything; null where it gave several. Older bridges do not say it. */
      onlyBefore: z.string().nullable().optional(),
      onlyAfter: z.string().nullable().optional(),
      /**
       * Agreement beyond chance (Cohen's kappa), clustered; null where none is defined. Older bridges do not say it.
       */
      kappa: z.object({ value: z.number(), ciLow: z.number(), ciHigh: z.number() }).nullable().optional(),
    }),
  ),
  /** What a reader must know, e.g. that a judge did not answer. */
  notes: z.array(z.string()),
})

export type JudgeBridge = z.infer<typeof judgeBridgeSchema>

const known = z.number().nullable()

/** One candidate on the suite of one feature, against the model that the feature has now. */
const contestSchema = z.object({
  model: z.string(),
  /** Version id of the prompt with this model. */
  version: z.string(),
  /**
   * `passes`: shown to be no worse, also with all comparisons of the run in mind. `worse`: shown to be worse.
   * `undecided`: neither.
   */
  outcome: z.enum(['passes', 'worse', 'undecided']),
  /** Why it does not pass; empty where it does. */
  reasons: z.array(z.string()),
  meanDifference: known,
  /** The interval of the difference; all intervals of a run hold together. */
  ciLow: known,
  ciHigh: known,
  margin: z.number(),
  score: known,
  /** The p-value of the test that it is no worse: alone, and by Holm's correction for all comparisons of the run. */
  p: known,
  pAdjusted: known,
  cases: z.int().min(0),
  /** Answers of both models without a score; they are not zeros. */
  unscored: z.int().min(0),
  /** Those of them that the candidate was to give, and why each of them has none; every cause once. */
  unscoredOfCandidate: z.int().min(0),
  causes: z.array(z.string()),
  /** Per answer, without the judge, as paid when it was given; null where the price is unknown. */
  usdPerAnswer: known,
  latencyP50Ms: known,
})

export type Contest = z.infer<typeof contestSchema>

const featureSchema = z.object({
  feature: z.string(),
  file: z.string(),
  suite: z.string().nullable(),
  model: z.string(),
  repeats: z.int().min(0),
  score: known,
  usdPerAnswer: known,
  latencyP50Ms: known,
  contests: z.array(contestSchema),
  /** The model to go to: the cheapest that passes. */
  proposal: z.string().nullable(),
  /** In words: why this one, or why none. */
  reason: z.string(),
  /** Nothing could be measured: this is no verdict on any candidate. */
  measured: z.boolean(),
  notes: z.array(z.string()),
})

export type UpgradeFeature = z.infer<typeof featureSchema>

const judgeSchema = z.object({
  model: z.string(),
  candidates: z.array(
    z.object({
      model: z.string(),
      /** Whether its bridges stand. */
      passes: z.boolean(),
      /** Why they do not, and what to do; empty where they do. */
      reasons: z.array(z.string()),
      usdPerJudgement: known,
      bridges: z.array(judgeBridgeSchema),
    }),
  ),
  proposal: z.string().nullable(),
  reason: z.string(),
})

export type UpgradeJudge = z.infer<typeof judgeSchema>

/** What `sluice upgrade` found, `sluice.upgrade/1`. */
export const upgradeReportSchema = z.object({
  schema: z.literal('sluice.upgrade/1'),
  at: z.iso.datetime({ offset: true }),
  from: z.string(),
  to: z.array(z.string()),
  /** What is known about the end of the model; null where nothing is. */
  end: z.string().nullable(),
  confidence: z.number(),
  /** Comparisons that the correction counts. */
  comparisons: z.int().min(0),
  features: z.array(featureSchema),
  /** Null where the model judges nothing. */
  judge: judgeSchema.nullable(),
  notes: z.array(z.string()),
  usd: known,
  unpricedCalls: z.int().min(0),
  exitCode: z.int(),
})

export type UpgradeReport = z.infer<typeof upgradeReportSchema>
