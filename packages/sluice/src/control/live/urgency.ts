import { z } from 'zod'
import { armSchema } from '../../records/names.ts'
import type { LogDraft } from '../../records/outcome.ts'
import type { UnitRecord } from '../store/evidence-store.ts'

const scoredSchema = z.looseObject({
  scored: z.looseObject({ stage: z.int(), arm: armSchema }).optional(),
})

/**
 * The urgency of a waiting request; the highest is judged first. It is in [2,3) for users of a rollout without a score
 * in the present randomisation, in [1,2) for users without any score, and less for all others. Within these, `random`
 * in [0,1) decides, so that a full queue drops requests of both arms equally.
 */
export function urgencyOf(
  { rolloutId, unit, stage }: Pick<LogDraft, 'rolloutId' | 'unit' | 'stage'>,
  known: UnitRecord | undefined,
  random: number,
): number {
  if (rolloutId === null) return 1 + random
  if (unit === null || stage === null) return random
  const scored = known && scoredSchema.parse(known).scored
  const isFresh = !scored || (scored.arm === 'incumbent' && scored.stage < stage)
  return isFresh ? 2 + random : random
}
