import type { Rollout } from '../release/rollout.ts'
import { costRatios, flagRatios, logMixture, rateDrops, scoreDrops } from '../stats/index.ts'
import { summaryOf } from './arm-sums.ts'
import type { SignalEvidence } from './assessment.ts'
import { flaggedDifference, restartedLogE, signalLogE } from './combined.ts'
import type { Evidence, EvidenceSums } from './evidence.ts'
import { widthOf } from './non-inferiority.ts'
import { decidingSums } from './testimony.ts'

type Measured = 'errors' | 'slow' | 'safety'

/** What each signal says: those that decide, then cost and requests over the cap, which only alert. */
export function signalEvidence({ sums }: Evidence, { settings, stage }: Rollout): SignalEvidence[] {
  const width = widthOf(settings, stage)
  const { score, errors, slow, safety, feedback } = settings.signals
  const flag = (signal: Measured, weight: number) => flagSignal(sums, signal, weight, width)
  return [
    scoreSignal(sums, score, width),
    flag('errors', errors),
    flag('slow', slow),
    flag('safety', safety),
    feedbackSignal(sums, feedback),
    costSignal(sums),
    overCostSignal(sums),
  ]
}

function scoreSignal(sums: EvidenceSums, weight: number, width: number): SignalEvidence {
  const { users, nonInferior } = sums.score
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  const known = users.canary + users.incumbent > 0
  return {
    signal: 'score',
    weight,
    logE: known ? signalLogE(decidingSums(sums), 'score') : null,
    logENonInferior: known ? logMixture(scoreDrops.weights, nonInferior[width] ?? []) : null,
    difference: difference(canary.meanScore, incumbent.meanScore),
  }
}

function flagSignal(sums: EvidenceSums, signal: Measured, weight: number, width: number): SignalEvidence {
  const flag = sums.flags[signal]
  const known = flag.users.canary + flag.users.incumbent > 0
  return {
    signal,
    weight,
    logE: known ? signalLogE(decidingSums(sums), signal) : null,
    logENonInferior: known ? logMixture(rateDrops.weights, flag.nonInferior[width] ?? []) : null,
    difference: flaggedDifference(usersOf(sums), flag) ?? null,
  }
}

function feedbackSignal(sums: EvidenceSums, weight: number): SignalEvidence {
  const { users } = sums.feedback
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  return {
    signal: 'feedback',
    weight,
    logE: users.canary + users.incumbent > 0 ? signalLogE(decidingSums(sums), 'feedback') : null,
    logENonInferior: null,
    difference: difference(canary.meanFeedback, incumbent.meanFeedback),
  }
}

function costSignal(sums: EvidenceSums): SignalEvidence {
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  return {
    signal: 'cost',
    weight: 0,
    logE: sums.cost.history.n > 0 ? logMixture(costRatios.weights, sums.cost.wealth) : null,
    logENonInferior: null,
    difference: difference(canary.meanCostUsd, incumbent.meanCostUsd),
  }
}

function overCostSignal(sums: EvidenceSums): SignalEvidence {
  const flag = sums.flags.overCost
  return {
    signal: 'overCost',
    weight: 0,
    logE: flag.users.incumbent > 0 ? restartedLogE(flag.ratio, flagRatios.weights) : null,
    logENonInferior: null,
    difference: flaggedDifference(usersOf(sums), flag) ?? null,
  }
}

const usersOf = (sums: EvidenceSums) => decidingSums(sums).users

function difference(canary: number | null, incumbent: number | null): number | null {
  return canary === null || incumbent === null ? null : canary - incumbent
}
