import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { NightReport } from '../../records/report/night-report.ts'
import { restsOn, withJudge } from '../calibration/judge-reason.ts'
import { summarizeFeature } from '../report/measured-feature.ts'
import { withVerdict } from '../report/with-verdict.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { estimateOf } from '../run/score-summary.ts'
import { decide } from '../verdict/decide.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import { decidingCaseOf } from '../verdict/deciding-case.ts'
import type { FinalVerdict, GateOutcome } from '../verdict/verdict.ts'
import { assessNight, type NightMeasured } from './assess-night.ts'
import { attackNotes, attackTonight, withAttack } from './attack-night.ts'
import { measureNight, type NightContext } from './measure-night.ts'
import { nightNotes } from './night-notes.ts'
import type { NightPlan } from './night-plan.ts'
import { answersToKeep, recordNight } from './record-night.ts'
import { nightsShown, trendOf } from './trend.ts'

export interface JudgedNight {
  run: FeatureRun
  final: FinalVerdict
  summary: FeatureSummary
  nightly: NightReport
}

/** Runs one feature's night, finds what has moved and which part caused it, and adds the night to the history. */
export async function judgeNight(prompt: Prompt, plan: NightPlan, context: NightContext): Promise<JudgedNight> {
  const { history, session, night, newReference } = context
  const { run, outcome, measured, night: tonight, known } = await measureNight(prompt, plan, context)
  const { verdict: ofScores, cases, ...found } = assessNight(tonight)
  const attack = await attackTonight(prompt, plan.suite, context)
  const verdict = withJudge(withAttack(ofScores, attack), restsOn(measured), plan.settings.judge)
  const baseline =
    found.reference === null ? null : { id: prompt.id, label: `answers of ${found.reference}`, model: prompt.model }
  const summary = withVerdict(summarizeFeature({ ...measured, baseline }, plan.settings), {
    ...withComparison(outcome, tonight),
    final: verdict,
    decidingCase: decidingCaseOf(verdict, run.table.cases),
    baselineMean: baseline ? estimateOf(run.table.cases, plan.settings, 'baseline').mean : null,
  })
  const stamp = { feature: prompt.feature, night, startedAt: session.startedAt }
  const record = recordNight(stamp, tonight, { verdict, cases, ...found }, summary)
  history.save(record, answersToKeep(stamp, tonight, known, newReference))
  const before = history.before(prompt.feature, night, nightsShown - 1)
  const nightly = { night, ...found, served: tonight.served, trend: trendOf([...before, record]) }
  const notes = [...nightNotes(nightly), ...attackNotes(attack), ...summary.notes]
  return { run, final: verdict, summary: { ...summary, notes, nightly }, nightly }
}

/** Adds the comparison of new and kept answers, which a report shows as candidate and baseline. */
function withComparison(outcome: GateOutcome, { cases, sentinels, policy }: NightMeasured): GateOutcome {
  if (sentinels.size === 0) return outcome
  const onlyRound = {
    ...policy,
    looks: policy.looks.slice(0, 1),
    threshold: undefined,
    estimand: 'population' as const,
  }
  const { decision } = decide(gateCases(cases, true), onlyRound, undefined, { last: true })
  if (!decision) return outcome
  const { comparison, tags, trace } = decision
  const nightTrace = { difference: trace.difference, threshold: outcome.decision.trace.threshold }
  return { ...outcome, decision: { ...outcome.decision, comparison, tags, trace: nightTrace } }
}
