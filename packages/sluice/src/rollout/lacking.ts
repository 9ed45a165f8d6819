import type { Arm } from '@sluice/client'
import type { Rollout } from '../release/rollout.ts'
import type { Evidence } from './evidence.ts'
import { isJudgeSilent } from './judge-silence.ts'
import { widthOf } from './non-inferiority.ts'
import type { Matching } from './sample-ratio.ts'
import { evidenceFor } from './token-evidence.ts'

/** Fewer contributions than this say nothing, whatever they are. */
const fewest = 20

/** What is left out of the evidence may be so large a part of all requests. */
const bearable = 0.1

/**
 * Which data are too few to leave the present stage by: none of them means that the canary is bad. In words, empty where
 * there is enough to judge by.
 */
export function lackingData(
  evidence: Evidence,
  rollout: Rollout,
  { matching, now }: { matching: Matching; now: number },
): string[] {
  const { arms, score, flags } = evidence.sums
  const { settings, stage } = rollout
  const last = stage + 1 >= settings.stages.length
  const byEvidence = settings.advance === 'evidence'
  // Time alone may widen a share, but nobody is promoted whom too few users have met.
  const needed = last ? settings.minUsers : byEvidence ? Math.min(fewest, settings.minUsers) : 0
  const lacking: string[] = []
  const require = (count: number, least: number, what: string) => {
    if (count < least) lacking.push(`${count} of ${least} ${what}`)
  }
  require(arms.canary.users, needed, 'users of the canary')
  if (byEvidence) require(arms.incumbent.users, Math.min(fewest, needed), 'users of the incumbent')
  if (matching.leftOut > bearable)
    lacking.push(`${Math.round(100 * matching.leftOut)} % of the requests are left out since their arms do not match`)
  if (!byEvidence) return lacking
  const few = Math.min(fewest, needed)
  if (settings.signals.score > 0) {
    require(score.users.canary, few, 'users of the canary with a judged score')
    require(score.users.incumbent, few, 'users of the incumbent with a judged score')
  }
  if (isJudgeSilent(evidence, rollout, now)) lacking.push('judged scores have stopped coming')
  if (settings.signals.slow > 0) require(flags.slow.users.canary, few, 'users of the canary with a comparable latency')
  return lacking
}

/** Signals that take part in the decision and do not yet rule out a drop beyond their margin, whoever is left out. */
export function unprovenSignals(
  evidence: Evidence,
  { settings, stage }: Rollout,
  { matching, now }: { matching: Matching; now: number },
): string[] {
  const width = widthOf(settings, stage)
  const known = ({ users }: { users: Record<Arm, number> }) => users.canary + users.incumbent > 0
  const { score, flags } = evidence.sums
  return (['score', 'errors', 'slow', 'safety'] as const).filter((signal) => {
    if (settings.signals[signal] === 0) return false
    const threshold = -Math.log(settings.alpha)
    const isProven = () => evidenceFor(evidence, { signal, width, threshold }, { matching, now }) >= threshold
    return !(known(signal === 'score' ? score : flags[signal]) && isProven())
  })
}
