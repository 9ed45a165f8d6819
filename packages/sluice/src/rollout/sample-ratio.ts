import { srm } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { EvidenceSums } from './evidence.ts'
import { freshShare } from './randomisation.ts'

/** Mismatches are believed at 99 % confidence. */
const believed = Math.log(100)

/** More requests in an arm that is not theirs than this, in number and as a share of all, cannot be chance. */
const wrongArms = { count: 10, share: 0.01 }

/** Log Bayes factor against "the arms have the users that their shares say", over all stages. */
export function assignmentMismatch({ assigned }: Pick<EvidenceSums, 'assigned'>, settings: RolloutSettings): number {
  let sum = 0
  for (const [stage, cells] of assigned.entries()) {
    for (const [cell, counts] of cells.entries()) {
      const before = cell > 0 ? ({ stage: cell - 1, arm: 'incumbent' } as const) : undefined
      const share = freshShare(settings.stages, before, stage)
      if (share !== undefined) sum += srm(counts, [1 - share, share])
    }
  }
  return sum
}

/** The users of the arms are not those that chance would give, or arms are reported that cannot be: decide nothing. */
export function isMismatched(sums: EvidenceSums, settings: RolloutSettings): boolean {
  const { incumbent, canary } = sums.arms
  const wrong = sums.ignored.wrongArm
  const tooMany = wrong >= wrongArms.count && wrong > wrongArms.share * (wrong + incumbent.requests + canary.requests)
  return tooMany || assignmentMismatch(sums, settings) >= believed
}
