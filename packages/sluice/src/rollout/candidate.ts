import type { RequestEntry } from '../store/outcome-log.ts'
import { freshShare } from './randomisation.ts'
import type { Sight } from './sight.ts'
import type { UnitMemory } from './unit-memory.ts'

/**
 * Makes the first request of a randomisation that sent its content along the one whose score may count. Whether it was sent
 * does not depend on the arm, while which of those are judged may: so the share is that of this request, also where an
 * earlier one, of an arm that is judged less, was left out.
 */
export function markCandidate({ settings, arm, stage }: Sight, entry: RequestEntry, memory: UnitMemory): UnitMemory {
  if (!entry.captured) return memory
  const share = freshShare(settings.stages, memory.candidate, stage)
  return share === undefined ? memory : { ...memory, candidate: { stage, arm, share, of: entry.id } }
}

/**
 * The probability that the user of a score had of being in the canary, judging aside; undefined where the score is not the one
 * that counts. Without a candidate every request may be judged alike, and the first score counts.
 */
export function candidateShare({ settings, stage }: Sight, of: string, memory: UnitMemory): number | undefined {
  const { candidate, scored } = memory
  if (!candidate) return freshShare(settings.stages, scored, stage)
  const counted = scored !== undefined && scored.stage >= candidate.stage
  return candidate.of === of && !counted ? candidate.share : undefined
}
