import type { RequestEntry } from '../../../records/outcome.ts'
import { freshShare } from '../evidence/randomisation.ts'
import type { UnitMemory } from '../evidence/unit-memory.ts'
import type { ObservedEntry } from './observed-entry.ts'

/**
 * Makes the first request of a randomisation that sent its content along the one whose score may count. Whether it was
 * sent does not depend on the arm, while which of those are judged may: so the share is that of this request, also
 * where an earlier one, of an arm that is judged less, was left out. One that still waits for its judge stays when the
 * next randomisation brings another: those who became the canary's have no such next one, and the scores that take
 * longest must not be lost in one arm.
 */
export function markCandidate(
  { settings, arm, stage, tokenEvidence }: ObservedEntry,
  entry: RequestEntry,
  memory: UnitMemory,
): UnitMemory {
  if (!entry.captured) return memory
  const { marked, candidates = [] } = memory
  const share = freshShare(settings.stages, marked, stage)
  if (share === undefined) return memory
  const counts = tokenEvidence.candidates[stage]
  if (counts) counts[arm] += 1
  const first = memory.exposed === undefined
  const candidate = { stage, arm, share, of: entry.id, ...(first && { first }) }
  return { ...memory, marked: { stage, arm }, candidates: [...candidates, candidate] }
}

/**
 * The probability that the user of a score had of being in the canary, judging aside, and what is to be remembered
 * then; undefined where the score is not one that counts. Without a candidate every request may be judged alike, and
 * the first score counts.
 */
export function candidateShare(
  { settings, arm, stage }: ObservedEntry,
  of: string,
  memory: UnitMemory,
): { share: number; memory: UnitMemory } | undefined {
  const { marked, candidates = [], scored } = memory
  if (!marked) {
    const share = freshShare(settings.stages, scored, stage)
    return share === undefined ? undefined : { share, memory: { ...memory, scored: { stage, arm } } }
  }
  const candidate = candidates.find((one) => one.of === of)
  if (!candidate) return undefined
  const rest = candidates.filter((one) => one !== candidate)
  const { candidates: _, ...others } = memory
  return {
    share: candidate.share,
    memory: { ...others, ...(rest.length > 0 && { candidates: rest }), scored: { stage, arm } },
  }
}
