import type { GateSettings } from '../core/suite/config/config.ts'
import { largestRates } from '../core/suite/config/safety-settings.ts'
import type { VersionRole } from '../records/report/case-detail.ts'
import { coverageOf } from './run/coverage.ts'
import type { FeatureRun } from './run/feature-run.ts'
import { estimateOf } from './run/score-summary.ts'
import { type CaseScores, countedCases } from './run/score-table.ts'
import type { JoinedScores } from './score-files.ts'
import type { GateDecision } from './verdict/conclude.ts'
import { decide } from './verdict/decide.ts'
import { decideByRounds, gateCases } from './verdict/decide-by-rounds.ts'
import { decidingCaseOf } from './verdict/deciding-case.ts'
import { type GatePolicy, gatePolicy } from './verdict/policy.ts'
import { finalVerdict, type GateOutcome } from './verdict/verdict.ts'

/** Enough for a critical case that fails once in fifty to pass all the same: two failures can be forgiven. */
const defaultCriticalRepeats = 24

/**
 * The policy that a feature's settings come to. Without a threshold the difference is judged alone, and safety, which
 * is absolute too, is not. Critical cases may be repeated beyond the looks of the others, except where the settings ask
 * for a single pass.
 */
export function policyOf(settings: Omit<GateSettings, 'threshold'> & { threshold?: number | undefined }): GatePolicy {
  const {
    threshold,
    margin,
    tagMargin,
    confidence,
    repeats,
    criticalRepeats,
    onInconclusive,
    caseThreshold,
    estimand,
    safety,
    metrics,
  } = settings
  return gatePolicy({
    threshold,
    margin,
    tagMargin,
    confidence,
    looks: repeats,
    criticalRepeats: criticalRepeats ?? (repeats.at(-1) === 1 ? 1 : Math.max(defaultCriticalRepeats, ...repeats)),
    onInconclusive,
    caseThreshold,
    estimand,
    safety: threshold === undefined ? undefined : largestRates(safety),
    metrics: metrics && { limits: metrics, minCoverage: settings.minCoverage },
  })
}

/** Scores a feature's run as far as its verdict needs, and decides. */
export async function runGate(run: FeatureRun, policy: GatePolicy, settings: GateSettings): Promise<GateOutcome> {
  const decision = await decideByRounds(run, policy)
  return outcomeOf(decision, run.table.cases, { settings, hasBaseline: run.baseline !== undefined })
}

/** Judges scores that are all at hand: they are the only look and take the whole error budget. */
export function judgeScores(
  { cases, repeats }: Pick<JoinedScores, 'cases' | 'repeats'>,
  policy: GatePolicy,
  settings: GateSettings,
  missing?: Record<VersionRole, number>,
): GateOutcome {
  const { decision } = decide(gateCases(cases, true), { ...policy, looks: [repeats] }, undefined, { last: true })
  if (!decision) throw new TypeError('the last round has to decide')
  return outcomeOf(decision, cases, { settings, hasBaseline: true, missing })
}

function outcomeOf(
  decision: GateDecision,
  all: readonly CaseScores[],
  {
    settings,
    hasBaseline,
    missing,
  }: { settings: GateSettings; hasBaseline: boolean; missing?: Record<VersionRole, number> | undefined },
): GateOutcome {
  const cases = countedCases(all)
  const coverage = {
    candidate: coverageOf(cases, 'candidate', missing?.candidate),
    baseline: hasBaseline ? coverageOf(cases, 'baseline', missing?.baseline) : undefined,
    least: settings.minCoverage,
  }
  const baselineMean = hasBaseline ? estimateOf(cases, settings, 'baseline').mean : null
  const final = finalVerdict(decision, coverage)
  return { decision, final, baselineMean, decidingCase: decidingCaseOf(final, cases) }
}
