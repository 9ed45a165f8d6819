import { caseRows } from '../report/case-rows.ts'
import type { FeatureSummary } from '../report/feature-report.ts'
import type { Measured } from '../report/summarize.ts'
import type { CasesOf } from '../report/write-report.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { flipRateOf } from '../run/observations.ts'
import type { Results } from '../run/results.ts'
import { judgeFamilyWarning } from '../scorers/judge-family.ts'
import type { GateSettings } from '../suite/config.ts'
import type { Prompt } from '../suite/prompt.ts'

/** What a feature's run measured, with what a reader must know of it. */
export function measuredOf(run: FeatureRun, results: Results, threshold: number | null, notes: string[]): Measured {
  const { candidate, baseline, judge, ledger, observations } = run
  const judged = ledger.judgeCalls > 0 && judge !== undefined
  const family = judged ? judgeFamilyWarning(judge.model, candidate.model) : undefined
  return {
    feature: candidate.feature,
    candidate: versionOf(candidate),
    baseline: baseline ? versionOf(baseline) : null,
    cases: run.table.cases,
    ledger,
    observations,
    judge: judged
      ? {
          id: judge.id,
          model: judge.model,
          mode: judge.mode,
          flipRate: flipRateOf(results.rows(candidate.feature)) ?? null,
        }
      : null,
    threshold,
    notes: family ? [...notes, family] : notes,
  }
}

/** The rows of each feature's cases, read back from disk. */
export function casesOfRuns(runs: readonly FeatureRun[], results: Results, settings: GateSettings): CasesOf {
  const byFeature = new Map(runs.map((run) => [run.candidate.feature, run]))
  return ({ feature }: FeatureSummary) => {
    const run = byFeature.get(feature)
    return caseRows(
      run?.table.cases ?? [],
      results.rows(feature),
      run?.candidate.gate.caseThreshold ?? settings.caseThreshold,
    )
  }
}

function versionOf({ id, label, model }: Prompt): FeatureSummary['candidate'] {
  return { id, label: label ?? null, model }
}
