import type { Arm } from '@sluice/client'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { costRatios, flagRatios, logMixture } from '../../../stats/index.ts'
import type { Evidence, EvidenceSums } from '../evidence/evidence.ts'
import type { FlagSums } from '../evidence/signal-sums.ts'
import { decidingSums } from '../evidence/tokens.ts'
import { flagOf, restartedLogE, signalLogE, type Weighing } from '../statistics/e-value.ts'
import { estimates, proofOf, provenSignals } from '../statistics/estimates.ts'
import { summaryOf } from './arm-summary.ts'
import type { SignalEvidence } from './assessment.ts'

/** What each signal says: those that decide, then cost and requests over the cap, which only alert. */
export function signalEvidence(evidence: Evidence, { settings }: Rollout): SignalEvidence[] {
  const { sums, window } = evidence
  const one = decidingSums(sums)
  const weighing = { settings, window, suspect: false }
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  const figures = estimates(evidence, settings)
  const proven = provenSignals.map((signal): SignalEvidence => {
    const isKnown = signal === 'score' ? hasUsers(sums.score.users) : hasRequests(flagOf(one, signal))
    // Words and tables rest on the same figures of a signal that decides.
    const known = figures.find((figure) => figure.signal === signal)
    const difference =
      known !== undefined
        ? known.difference
        : signal === 'score'
          ? minus(canary.meanScore, incumbent.meanScore)
          : rateDifference(flagOf(one, signal))
    return {
      signal,
      weight: settings.signals[signal],
      logE: isKnown ? signalLogE(one, signal, weighing) : null,
      logENonInferior: isKnown ? proofOf(one, signal, settings, 1) : null,
      difference,
    }
  })
  return [...proven, feedbackSignal(sums, settings.signals.feedback, weighing), costSignal(sums), overCostSignal(sums)]
}

const hasUsers = (users: Record<Arm, number>) => users.canary + users.incumbent > 0

function hasRequests({ stage, flagged }: FlagSums): boolean {
  return stage.canary.requests + stage.incumbent.requests > 0 || hasUsers(flagged)
}

/** Flagged requests of the present stage as a share of all, canary minus incumbent; null while an arm has none. */
function rateDifference({ stage }: FlagSums): number | null {
  const { incumbent, canary } = stage
  if (incumbent.requests === 0 || canary.requests === 0) return null
  return canary.flagged / canary.requests - incumbent.flagged / incumbent.requests
}

function feedbackSignal(sums: EvidenceSums, weight: number, weighing: Weighing): SignalEvidence {
  const { users } = sums.feedback
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  return {
    signal: 'feedback',
    weight,
    logE: hasUsers(users) ? signalLogE(decidingSums(sums), 'feedback', weighing) : null,
    logENonInferior: null,
    difference: minus(canary.meanFeedback, incumbent.meanFeedback),
  }
}

function costSignal(sums: EvidenceSums): SignalEvidence {
  const [incumbent, canary] = [summaryOf(sums.arms.incumbent), summaryOf(sums.arms.canary)]
  return {
    signal: 'cost',
    weight: 0,
    logE: sums.cost.history.n > 0 ? logMixture(costRatios.weights, sums.cost.wealth) : null,
    logENonInferior: null,
    difference: minus(canary.meanCostUsd, incumbent.meanCostUsd),
  }
}

function overCostSignal(sums: EvidenceSums): SignalEvidence {
  const flag = sums.flags.overCost
  return {
    signal: 'overCost',
    weight: 0,
    logE: hasRequests(flag) ? restartedLogE(flag.ratio, flagRatios.weights) : null,
    logENonInferior: null,
    difference: rateDifference(flag),
  }
}

function minus(canary: number | null, incumbent: number | null): number | null {
  return canary === null || incumbent === null ? null : canary - incumbent
}
