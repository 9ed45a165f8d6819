import type { FeatureSummary } from '../../records/feature-report.ts'
import type { GateDecision } from '../verdict/conclude.ts'
import { criticalNotes } from '../verdict/reasons.ts'
import type { TagResult } from '../verdict/tag-table.ts'
import type { TestRound } from '../verdict/three-way-test.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'

/** What the gate made of a measurement. */
export interface Judged {
  decision: GateDecision
  final: FinalVerdict
  /** The baseline's mean over its scored cases; null without one. */
  baselineMean: number | null
}

/** A measurement's report with its verdict. Numbers that the data cannot tell are null. */
export function withVerdict(summary: FeatureSummary, { decision, final, baselineMean }: Judged): FeatureSummary {
  const { comparison, threshold, trace } = decision
  const { verdict, strength, reasons } = final
  return {
    ...summary,
    verdict,
    strength,
    reasons,
    notes: [...criticalNotes(decision.critical), ...summary.notes],
    advice: decision.advice?.text ?? null,
    comparison: comparison
      ? {
          pairs: comparison.pairs,
          baselineMean,
          meanDifference: comparison.meanDifference,
          se: comparison.se ?? null,
          ciLow: comparison.ciLow ?? null,
          ciHigh: comparison.ciHigh ?? null,
          margin: comparison.margin,
          detectableDrop: comparison.detectableDrop ?? null,
          repeats: comparison.repeats,
          regressed: comparison.regressed,
          improved: comparison.improved,
          verdict: comparison.verdict,
        }
      : null,
    threshold: threshold ? { value: threshold.threshold, slack: threshold.margin, verdict: threshold.verdict } : null,
    looks: (trace.difference.length > 0 ? trace.difference : trace.threshold).map(lookRow),
    ...(trace.difference.length > 0 && trace.threshold.length > 0 && { thresholdLooks: trace.threshold.map(lookRow) }),
    tags: summary.baseline ? decision.tags.map(tagRow) : summary.tags,
  }
}

function lookRow({ repeats, difference, se, zSig, passAt, failAt }: TestRound): FeatureSummary['looks'][number] {
  const z = zSig ?? null
  return {
    repeats,
    meanDifference: difference ?? null,
    se: se ?? null,
    z,
    passBound: finite(passAt),
    failBound: finite(failAt),
    decision: z === null ? 'undecided' : z >= passAt ? 'pass' : z <= -failAt ? 'fail' : 'undecided',
  }
}

function tagRow({
  tag,
  cases,
  mean,
  meanDifference,
  ciLow,
  ciHigh,
  verdict,
}: TagResult): FeatureSummary['tags'][number] {
  return {
    tag,
    cases,
    mean: mean ?? null,
    meanDifference: meanDifference ?? null,
    ciLow: ciLow ?? null,
    ciHigh: ciHigh ?? null,
    verdict: verdict === 'untested' ? null : verdict,
  }
}

function finite(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null
}
