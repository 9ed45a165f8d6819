import type { Rollout } from '../release/rollout.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { SignalEvidence } from './assessment.ts'
import type { Evidence } from './evidence.ts'
import { isJudgeSilent } from './judge-silence.ts'

/** Fewer contributions than this say nothing, whatever they are. */
const fewest = 20

/**
 * Which data are too few to leave the present stage by: none of them means that the canary is bad. In words, empty where
 * there is enough to judge by.
 */
export function lackingData(evidence: Evidence, rollout: Rollout, now: number): string[] {
  const { arms, score, flags } = evidence.sums
  const { settings, stage } = rollout
  const needed = stage + 1 < settings.stages.length ? Math.min(fewest, settings.minUsers) : settings.minUsers
  const lacking: string[] = []
  const require = (count: number, least: number, what: string) => {
    if (count < least) lacking.push(`${count} of ${least} ${what}`)
  }
  require(arms.canary.users, needed, 'users of the canary')
  require(arms.incumbent.users, Math.min(fewest, needed), 'users of the incumbent')
  if (settings.advance !== 'evidence') return lacking
  const few = Math.min(fewest, needed)
  if (settings.signals.score > 0) {
    require(score.users.canary, few, 'users of the canary with a judged score')
    require(score.users.incumbent, few, 'users of the incumbent with a judged score')
  }
  if (isJudgeSilent(evidence, rollout, now)) lacking.push('judged scores have stopped coming')
  if (settings.signals.slow > 0) require(flags.slow.users.canary, few, 'users of the canary with a comparable latency')
  return lacking
}

/** Signals that take part in the decision and do not yet rule out a drop beyond their margin. */
export function unprovenSignals(signals: readonly SignalEvidence[], { alpha }: RolloutSettings): string[] {
  return signals
    .filter(({ signal, weight }) => weight > 0 && signal !== 'feedback')
    .filter(({ logENonInferior }) => logENonInferior === null || logENonInferior < -Math.log(alpha))
    .map(({ signal }) => signal)
}
