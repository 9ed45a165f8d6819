import { servingNotes, sumLedgers } from '../../core/answers/ledger.ts'
import type { UpgradeFeature, UpgradeReport } from '../../records/report/upgrade-report.ts'
import { type PolicyFlags, settingsOf } from '../judge-versions.ts'
import { withModel } from '../matrix/cell.ts'
import { costOf } from '../report/measured-feature.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf } from '../run/start-run.ts'
import type { UpgradePlan } from './plan-upgrade.ts'
import { corrected, proposalOf } from './propose.ts'
import { type FeatureTrial, measureFeature } from './upgrade-feature.ts'
import { upgradeJudge } from './upgrade-judge.ts'

export interface UpgradeOptions extends PolicyFlags {
  suite?: string | undefined
  /** Answers per case and model; by default as the gate of each feature has them. */
  repeats?: number | undefined
  /** ms since the epoch. */
  now: number
}

/**
 * Tries every candidate on every feature that uses the model, builds the bridge where the model is a judge, and
 * proposes. Nothing is changed.
 */
export async function upgrade(plan: UpgradePlan, options: UpgradeOptions, context: RunContext): Promise<UpgradeReport> {
  const { from, to, prompts, comparisons, hasEnded, end } = plan
  const { suite, repeats, now } = options
  const { project, session } = context
  await session.requirePrices([
    ...new Set([...prompts.flatMap((prompt) => modelsOf(pairOf(prompt, to), project)), ...to]),
  ])
  const judged = await upgradeJudge({ uses: plan.uses, to, suite, repeats, now, policy: options }, context)
  const measured: FeatureTrial[] = []
  for (const prompt of prompts) {
    measured.push(await measureFeature(prompt, { ...options, suite, repeats, to, comparisons, hasEnded }, context))
  }
  const { confidence } = settingsOf(project.config.gate, {}, options)
  const contests = corrected(
    measured.flatMap((one) => one.contests),
    1 - confidence,
  )
  const features = measured.map(({ feature }) => concluded(feature, contests))
  const ledger = sumLedgers([...measured.flatMap(({ ledgers }) => ledgers), ...(judged?.ledgers ?? [])])
  const report = {
    schema: 'sluice.upgrade/1' as const,
    at: new Date(now).toISOString(),
    from,
    to,
    end: end?.date ?? null,
    confidence,
    comparisons,
    features,
    judge: judged?.judge ?? null,
    notes: [...plan.notes, ...servingNotes(ledger)],
    usd: costOf(ledger).usd,
    unpricedCalls: ledger.unpricedCalls,
  }
  return {
    ...report,
    exitCode: exitCodeOf(
      report,
      measured.some(({ outOfBudget }) => outOfBudget),
    ),
  }
}

function pairOf(prompt: UpgradePlan['prompts'][number], to: readonly string[]) {
  const [first] = to
  return { candidate: first === undefined ? prompt : withModel(prompt, first), baseline: prompt }
}

function concluded(feature: FeatureTrial['feature'], all: ReturnType<typeof corrected>): UpgradeFeature {
  const contests = all.flatMap(({ feature: name, ...contest }) => (name === feature.feature ? [contest] : []))
  if (!feature.measured) return { ...feature, contests, proposal: null, reason: 'not measured' }
  return { ...feature, contests, ...proposalOf(contests) }
}

/** 0 with a proposal everywhere, 1 where all candidates are worse somewhere, 4 out of budget, else 2. */
function exitCodeOf({ features, judge }: Pick<UpgradeReport, 'features' | 'judge'>, outOfBudget: boolean): number {
  const open = features.filter(({ proposal }) => proposal === null)
  if (open.some(({ contests }) => contests.length > 0 && contests.every(({ outcome }) => outcome === 'worse'))) return 1
  if (outOfBudget) return 4
  const isNothing = features.length === 0 && judge === null
  return open.length > 0 || isNothing || (judge !== null && judge.proposal === null) ? 2 : 0
}
