import type { FeatureSummary, MissingScoreCause } from '../../records/report/feature-report.ts'
import { withMetricVerdicts } from '../verdict/metric-verdicts.ts'
import { criticalNotes, type VerdictReason } from '../verdict/reasons.ts'
import type { Comparison, ThresholdResult } from '../verdict/test-results.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import { causeSentence } from './causes.ts'
import { stepsToVerdict } from './steps-to-verdict.ts'

/** The report of a measurement, with what the gate decided on it. */
export function withVerdict(
  summary: FeatureSummary,
  { decision, final, baselineMean, decidingCase }: GateOutcome,
): FeatureSummary {
  const { comparison, threshold, trace, advice } = decision
  const { verdict, strength, reasons } = final
  const hasDifference = trace.difference.length > 0
  const judged = {
    ...summary,
    verdict,
    strength,
    reasons: reasons.map((reason) => withCause(reason, summary.causes)),
    decidingCase,
    notes: [...criticalNotes(decision.critical), ...summary.notes],
    advice: advice === null ? null : advice.text,
    comparison: comparison && reported(comparison, baselineMean),
    threshold: threshold && {
      value: threshold.threshold,
      slack: threshold.margin,
      verdict: threshold.verdict,
      ...(threshold.atLeast !== undefined && { atLeast: threshold.atLeast }),
    },
    score: withTestedMean(summary.score, threshold),
    looks: hasDifference ? trace.difference : trace.threshold,
    ...(hasDifference && trace.threshold.length > 0 && { thresholdLooks: trace.threshold }),
    tags: summary.baseline ? decision.tags : summary.tags,
    ...(summary.metrics && { metrics: withMetricVerdicts(summary.metrics, decision.metrics) }),
  }
  return verdict === 'inconclusive' ? { ...judged, nextSteps: stepsToVerdict(judged, advice) } : judged
}

/** Too few scores, with the reason for it where there is but one. */
function withCause(reason: VerdictReason, causes: readonly MissingScoreCause[] = []): VerdictReason {
  const [cause, ...others] = causes
  if (reason.code !== 'coverage' || !cause || others.length > 0) return reason
  return { ...reason, message: `${reason.message} ${causeSentence(cause)}.` }
}

/** Where the test of the threshold did not pass, the mean and its interval are those that it speaks of. */
function withTestedMean(score: FeatureSummary['score'], tested: ThresholdResult | null): FeatureSummary['score'] {
  if (!tested || tested.verdict === 'pass' || tested.ciLow === null || tested.ciHigh === null) return score
  const { mean, se, ciLow, ciHigh } = tested
  return { ...score, mean, se, ciLow: Math.max(0, ciLow), ciHigh: Math.min(1, ciHigh) }
}

/** The report has the interval that decided, and beside the difference the mean that it is against. */
function reported(
  { pairs, intervals, ...comparison }: Comparison,
  baselineMean: number | null,
): FeatureSummary['comparison'] {
  return { pairs, baselineMean, ...comparison }
}
