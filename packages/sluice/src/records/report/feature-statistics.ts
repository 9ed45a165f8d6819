import { z } from 'zod'
import { verdictSchema } from '../verdict.ts'

const count = z.int().min(0)
/** A number, or null where it is not known. */
const known = z.number().nullable()

export const scoreSummarySchema = z.object({
  mean: known.describe('Weighted mean over the cases that have a score.'),
  se: known.describe('Standard error of the mean.'),
  ciLow: known.describe('Lower end of its interval.'),
  ciHigh: known.describe('Upper end of its interval.'),
  std: known.describe('Standard deviation of the scores of the cases.'),
  p10: known.describe('The score that a tenth of the cases do not exceed.'),
  p50: known.describe('Median of the scores.'),
  p90: known.describe('The score that nine tenths of the cases do not exceed.'),
  threshold: known.describe('The absolute floor for the mean; null where none was asked for.'),
  passRate: known.describe('Share of scored cases at or above `caseThreshold`.'),
  caseThreshold: known.describe('The score from which a case counts as passed.'),
})

/** One number per state of a case; together they are `cases`. */
export const coverageSchema = z.object({
  cases: count.describe('Cases of the suite.'),
  scored: count.describe('Cases with a score.'),
  checkFailed: count.describe('Cases with the score 0, because a check or item failed that must pass.'),
  modelError: count.describe('Cases without an answer: an error of the provider or the application.'),
  refused: count.default(0).describe('Cases that the model refused; reports of earlier releases do not tell.'),
  truncated: count.default(0).describe('Cases whose answer was cut off; reports of earlier releases do not tell.'),
  noText: count.default(0).describe('Cases whose answer has no text; reports of earlier releases do not tell.'),
  judgeError: count.describe('Cases that the judge did not judge.'),
  checkError: count.describe('Cases with a check that could not be evaluated.'),
  abstained: count.describe('Cases on which the judge could tell no item.'),
  budgetStopped: count.describe('Cases that were not asked because the budget had ended.'),
  mockMissing: count.default(0).describe('Cases with a call of a tool that no mock answers.'),
  simulatorError: count.default(0).describe('Cases whose simulated user did not do its part.'),
  answers: count.optional().describe('Answers that were asked for, of all repeats.'),
  answersScored: count.optional().describe('Those of them that have a score.'),
})

export const comparisonSchema = z.object({
  pairs: count.describe('Cases that have a score in both versions.'),
  baselineMean: known.describe('Mean of the baseline over the pairs.'),
  meanDifference: known.describe('Mean of candidate minus baseline over the pairs; less than 0 is worse.'),
  se: known.describe('Standard error of the difference.'),
  ciLow: known.describe('Lower end of its interval.'),
  ciHigh: known.describe('Upper end of its interval.'),
  margin: z.number().describe('The largest acceptable drop.'),
  atLeast: z
    .number()
    .optional()
    .describe('Of a pass: the change is at least this, one-sided at the confidence. Absent elsewhere.'),
  detectableDrop: known.describe(
    'The smallest drop of the mean that this run would have caught with 80 % probability.',
  ),
  repeats: count.describe('Answers per case and version when it was decided.'),
  regressed: z
    .array(z.string())
    .describe('Ids of cases that became worse beyond noise, the worst first: a guide for reading, not a test.'),
  improved: z.array(z.string()).describe('Ids of cases that became better beyond noise, the best first.'),
  verdict: verdictSchema.describe('Verdict on the difference alone.'),
})

/** The absolute threshold, judged by the same sequential test with `slack` as its margin. */
export const thresholdSchema = z.object({
  value: z.number().describe('Lowest mean score that passes.'),
  slack: z.number().describe('How far below the threshold is still taken for it by the test.'),
  verdict: verdictSchema.describe('Verdict on the threshold alone.'),
  atLeast: z
    .number()
    .optional()
    .describe('Of a pass: the mean is at least this, one-sided at the confidence. Absent elsewhere.'),
})

/** One round of the sequential test: `z` against the bounds of that round. */
export const testRoundSchema = z.object({
  repeats: count.describe('Answers per case and version in this round.'),
  meanDifference: known.describe('The difference in this round.'),
  se: known.describe('Its standard error.'),
  z: known.describe('The statistic of the test.'),
  passBound: known.describe('From here on it passes.'),
  failBound: known.describe('Up to here it fails.'),
  decision: z.enum(['pass', 'fail', 'undecided']).describe('What followed.'),
})

/** The interval carries the correction for the number of tags under which the verdict was made. */
export const tagSchema = z.object({
  tag: z.string().describe('The tag.'),
  cases: count.describe('Cases with it that are compared.'),
  mean: known.describe('Their mean score.'),
  meanDifference: known.describe('Their mean of candidate minus baseline.'),
  ciLow: known.describe('Lower end of its interval, corrected for the number of tags.'),
  ciHigh: known.describe('Upper end of its interval, corrected for the number of tags.'),
  verdict: verdictSchema.nullable().describe('Null for a tag with too few cases to be judged.'),
})

/**
 * What one check, or one question to the judge, came to over the cases that have its score: in both versions where
 * there is a baseline. Every interval stands on its own; no verdict rests on it.
 */
export const scorerSchema = z.object({
  kind: z.enum(['item', 'check']).describe('item: a question to the judge.'),
  name: z.string().describe('The id of the rubric item, or the name of the check.'),
  ask: z
    .string()
    .nullable()
    .describe('The question, where the prompt asks it; null for a check, and for a question of single cases.'),
  must: z.boolean().describe('A failure sets the case to 0.'),
  cases: count.describe('Cases that have its score.'),
  mean: known.describe("Mean over cases (weighted) of each case's mean over its repeats: the share that meets it."),
  baselineMean: known.describe('The same mean of the baseline.'),
  meanDifference: known.describe('Candidate minus baseline.'),
  ciLow: known.describe('Lower end of the interval of the difference, paired by case; without a baseline of the mean.'),
  ciHigh: known.describe('Upper end of it. Errors are robust to clusters.'),
  worse: count.describe("Cases whose score is lower than the baseline's."),
  better: count.describe('Cases whose score is higher.'),
})

const shareSchema = z.object({
  value: z.number().describe('The share, from 0 to 1.'),
  ciLow: known.describe('Lower end of its interval.'),
  ciHigh: known.describe('Upper end of its interval.'),
  cases: count.optional().describe('Cases that it is of. Absent in reports of earlier releases.'),
})

export const repeatsSchema = z.object({
  passAt1: shareSchema.describe('Share of single answers that pass.'),
  passK: shareSchema
    .extend({ k: z.int().min(1).describe('Answers per case.') })
    .describe('Share of cases all of whose k answers pass, of the cases with k answers.'),
})

/** Held out cases against the others: whether a change did as well on cases that its author did not see. */
export const holdoutSchema = z.object({
  cases: count.describe('Held out cases that were judged.'),
  pairs: count.describe('Those of them that have a score in both versions.'),
  leftOut: count.describe('Held out cases that were not judged, since pull requests do not judge them.'),
  meanDifference: known.describe('Mean of candidate minus baseline over the held out cases.'),
  restMeanDifference: known.describe('The same over the others.'),
  gap: known.describe('The first minus the second; less than 0: the holdout gained less, or lost more.'),
  ciLow: known.describe('Lower end of the interval of the gap, robust to clusters.'),
  ciHigh: known.describe('Upper end of it.'),
  outcome: z
    .enum(['disagrees', 'not-shown', 'too-few', 'no-baseline', 'left-out'])
    .describe(
      '`disagrees`: the interval lies below 0, so the prompt was tuned to the others; `not-shown`: it does not; `too-few`: fewer than 10 pairs; `no-baseline`: there is one version; `left-out`: none was judged.',
    ),
})
