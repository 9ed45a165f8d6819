import { z } from 'zod'
import { comparedArmSchema } from './case-detail.ts'
import { caseReportSchema } from './case-report.ts'
import { nightReportSchema } from './night-report.ts'
import { strengthSchema, verdictSchema } from './verdict.ts'

const count = z.int().min(0)
const known = z.number().nullable()

const versionSchema = z.object({
  /** The version id, or the file of scores that were brought along. */
  id: z.string(),
  label: z.string().nullable(),
  model: z.string().nullable(),
})

/** What a version asks of the model, before a case's variables are filled in. */
const askedSchema = z.object({
  model: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
})

const reasonSchema = z.object({
  /** For machines, e.g. `regression`, `below-threshold`, `tag-regression`, `critical-case`, `coverage`, `budget`. */
  code: z.string(),
  /** For people: one sentence. */
  message: z.string(),
  tag: z.string().nullable(),
  case: z.string().nullable(),
})

const scoreSchema = z.object({
  mean: known,
  se: known,
  ciLow: known,
  ciHigh: known,
  std: known,
  p10: known,
  p50: known,
  p90: known,
  /** The absolute floor for the mean; null where none was asked for. */
  threshold: known,
  /** Share of scored cases at or above `caseThreshold`. */
  passRate: known,
  caseThreshold: known,
})

/** One number per state of a case; together they are `cases`. `answers` counts every repeat. */
const coverageSchema = z.object({
  cases: count,
  scored: count,
  checkFailed: count,
  modelError: count,
  /** Of an answer that never came; reports of earlier versions do not tell these three. */
  refused: count.default(0),
  truncated: count.default(0),
  noText: count.default(0),
  judgeError: count,
  checkError: count,
  abstained: count,
  budgetStopped: count,
  answers: count.optional(),
  answersScored: count.optional(),
})

const comparisonSchema = z.object({
  pairs: count,
  baselineMean: known,
  meanDifference: known,
  se: known,
  ciLow: known,
  ciHigh: known,
  margin: z.number(),
  /** Of a pass: the change is at least this, one-sided at the confidence. Absent elsewhere, and in earlier reports. */
  atLeast: z.number().optional(),
  /** The smallest drop of the mean that this run would have caught with 80 % probability. */
  detectableDrop: known,
  repeats: count,
  regressed: z.array(z.string()),
  improved: z.array(z.string()),
  /** Of the difference alone. */
  verdict: verdictSchema,
})

/** The absolute threshold, judged by the same sequential test with `slack` as its margin. */
const thresholdSchema = z.object({
  value: z.number(),
  slack: z.number(),
  verdict: verdictSchema,
  /** Of a pass: the mean is at least this, one-sided at the confidence. Absent elsewhere, and in earlier reports. */
  atLeast: z.number().optional(),
})

/** One look of the sequential test: `z` against the bounds of that look. */
const lookSchema = z.object({
  repeats: count,
  meanDifference: known,
  se: known,
  z: known,
  passBound: known,
  failBound: known,
  decision: z.enum(['pass', 'fail', 'undecided']),
})

/** The interval carries the correction for the number of tags under which the verdict was made. */
const tagSchema = z.object({
  tag: z.string(),
  cases: count,
  mean: known,
  meanDifference: known,
  ciLow: known,
  ciHigh: known,
  /** Null for a tag with too few cases to be judged. */
  verdict: verdictSchema.nullable(),
})

/** A fault that left cases without a score. */
const causeSchema = z.object({
  /** One sentence for all of its cases. */
  message: z.string(),
  version: comparedArmSchema,
  cases: count,
  /** The first of their ids. */
  ids: z.array(z.string()),
})

/**
 * What one check, or one question to the judge, came to over the cases that have its score: in both versions where there
 * is a baseline. Every interval stands on its own; no verdict rests on it.
 */
const scorerSchema = z.object({
  kind: z.enum(['item', 'check']),
  /** The id of the rubric item, or the name of the check. */
  name: z.string(),
  /** The question to the judge, where the prompt asks it; null for a check, and for a question of single cases. */
  ask: z.string().nullable(),
  must: z.boolean(),
  cases: count,
  /** Weighted mean over the cases, of each the mean of its repeats: the share that meets it. */
  mean: known,
  baselineMean: known,
  meanDifference: known,
  /** Of the difference, paired by case; without a baseline of the mean. Errors are robust to clusters. */
  ciLow: known,
  ciHigh: known,
  /** Cases whose score is lower than the baseline's, and higher. */
  worse: count,
  better: count,
})

const nextStepSchema = z.object({
  kind: z.enum(['again', 'repeats', 'cases', 'margin']),
  what: z.string(),
  /** What it is expected to cost; null where that is not known. */
  usd: known,
  command: z.string().nullable(),
})

const judgeSchema = z.object({
  id: z.string(),
  model: z.string(),
  /** How its server was held to the form of an answer; part of the id. Absent in reports of earlier releases. */
  mode: z.enum(['json_schema', 'json_object', 'text']).optional(),
  calls: count,
  flipRate: known,
  /** What the last calibration against human labels found; null if there was none. */
  calibration: z.record(z.string(), z.unknown()).nullable(),
})

const costSchema = z.object({
  /** Of the calls with a known price; null if no call has one. */
  usd: known,
  generationUsd: known,
  judgeUsd: known,
  unpricedCalls: count,
  /** What one answer with its judgement costs on average, whenever it was paid for; null if no price is known. */
  usdPerAnswer: known.optional(),
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
})

const shareSchema = z.object({ value: z.number(), ciLow: known, ciHigh: known })

/** A feature's report without its cases, which may be too many for memory. */
export const featureSummarySchema = z.object({
  feature: z.string(),
  /** Null where nothing was to be decided (`eval`). */
  verdict: verdictSchema.nullable(),
  /** Null without a decision. */
  strength: strengthSchema.nullable(),
  candidate: versionSchema,
  baseline: versionSchema.nullable(),
  /** What both versions ask; `baseline` is null without one. Absent where no prompt is known. */
  asked: z.object({ candidate: askedSchema, baseline: askedSchema.nullable() }).optional(),
  /** Most important first. */
  reasons: z.array(reasonSchema),
  /** Why answers have no score, the most frequent cause first. Absent where all have one. */
  causes: z.array(causeSchema).optional(),
  /** The case with the largest part in the first reason; null where no case has one. Absent in earlier reports. */
  decidingCase: z.string().nullable().optional(),
  /** What a reader must know to trust the numbers, e.g. that there was no baseline. */
  notes: z.array(z.string()),
  /** Whether more cases or more repeats would help. */
  advice: z.string().nullable(),
  /** Of an inconclusive verdict: what would decide it, the cheapest first. */
  nextSteps: z.array(nextStepSchema).optional(),
  /** Of every interval in this report, e.g. 0.95. */
  confidence: z.number().min(0).max(1),
  score: scoreSchema,
  coverage: coverageSchema,
  comparison: comparisonSchema.nullable(),
  threshold: thresholdSchema.nullable(),
  /** Of the difference where there is one, else of the threshold. */
  looks: z.array(lookSchema),
  /** Of the threshold where there is a difference too; there `meanDifference` is the distance from the threshold. */
  thresholdLooks: z.array(lookSchema).optional(),
  /** Null unless cases were repeated. */
  repeats: z.object({ passAt1: shareSchema, passK: shareSchema.extend({ k: z.int().min(1) }) }).nullable(),
  tags: z.array(tagSchema),
  /** The questions and checks of the prompt first; absent where single scores are not known. */
  scorers: z.array(scorerSchema).optional(),
  /** Null without a rubric. */
  judge: judgeSchema.nullable(),
  cost: costSchema,
  latency: z.object({ meanMs: known, p50Ms: known, p95Ms: known }),
  /** Questions to models by where their answer came from: the store, a call, a recording. */
  cache: z.object({ hits: count, misses: count, recorded: count.optional() }),
  /** Where answers came from, by purpose and provider: how many there were, and how many of them out of recordings. */
  origins: z
    .array(
      z.object({
        stage: z.enum(['generation', 'judge', 'embedding']),
        provider: z.string(),
        answers: count,
        recorded: count,
      }),
    )
    .optional(),
  /** Of a nightly. */
  nightly: nightReportSchema.optional(),
})

export const featureReportSchema = featureSummarySchema.extend({ cases: z.array(caseReportSchema) })

export type FeatureSummary = z.infer<typeof featureSummarySchema>
export type MissingScoreCause = z.infer<typeof causeSchema>
export type FeatureReport = z.infer<typeof featureReportSchema>
