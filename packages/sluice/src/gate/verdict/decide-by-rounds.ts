import type { FeatureRun } from '../run/feature-run.ts'
import { type CaseScores, isQuarantined, scoredRepeats } from '../run/score-table.ts'
import type { GateDecision } from './conclude.ts'
import { decide, isWanted } from './decide.ts'
import type { GateCase } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'

/** Scores in rounds, each with only those cases and repeats that the verdict still needs. */
export async function decideByRounds(run: FeatureRun, policy: GatePolicy): Promise<GateDecision> {
  const hasBaseline = run.baseline !== undefined
  await run.score(policy.looks[0] ?? 1)
  let step = decide(gateCases(run.table.cases, hasBaseline), policy, undefined, lastRound(run))
  while (step.wanted) {
    const { repeats, ...positions } = step.wanted
    await run.score(repeats, (role, position) => isWanted(positions[role], position))
    step = decide(gateCases(run.table.cases, hasBaseline), policy, step.state, lastRound(run))
  }
  return step.decision
}

/** The scores in the form that the verdict reads. */
export function gateCases(cases: readonly CaseScores[], hasBaseline: boolean): GateCase[] {
  return cases.map((row) => {
    const { id, weight, cluster, input, tags, critical, candidate, baseline, violated, untold, measured, measuredBy } =
      row
    if (isQuarantined(row))
      return { ...withoutPart, id, weight, cluster, input, setAside: tags, ...(hasBaseline && { baseline: [] }) }
    return {
      ...{ id, weight, cluster, input, tags, critical },
      candidate: scoredRepeats(candidate),
      baseline: hasBaseline ? scoredRepeats(baseline) : undefined,
      missing: missingRepeats(candidate, hasBaseline ? baseline : []),
      ...{ violated, untold },
      ...((measured || measuredBy) && { measured, measuredBy }),
    }
  })
}

/** A case in quarantine keeps its place among the others, and has nothing that a test could use. */
const withoutPart = { tags: [], critical: false, candidate: [] }

/** Repeats in which the candidate has no score and the baseline, as far as it was asked, has one. */
function missingRepeats(candidate: CaseScores['candidate'], baseline: CaseScores['baseline']): number {
  let missing = 0
  for (let repeat = 0; repeat < Math.max(candidate.length, baseline.length); repeat += 1) {
    const wasComparable = repeat >= baseline.length || baseline[repeat] !== undefined
    if (candidate[repeat] === undefined && wasComparable) missing += 1
  }
  return missing
}

/**
 * Whether this round is the last: without money there are no further repeats, and a version that never answers would
 * make them useless.
 */
function lastRound({ observations, baseline, table: { cases } }: FeatureRun): { last: boolean } {
  const roles = baseline ? (['candidate', 'baseline'] as const) : (['candidate'] as const)
  const isSilent = roles.some((role) => cases.every((row) => scoredRepeats(row[role]).length === 0))
  return { last: observations.budgetStops > 0 || isSilent }
}
