import { z } from 'zod'
import type { LogDraft } from '../../records/outcome.ts'
import type { UnitRecord } from '../store/evidence-store.ts'

const scoredSchema = z.looseObject({
  scored: z.looseObject({ stage: z.int(), arm: z.enum(['incumbent', 'canary']) }).optional(),
})

/**
 * Which of the waiting requests is judged first: 2 and more for users of a rollout who have not contributed a score to
 * the present randomisation, 1 and more for users without one, less for everybody else. Within that `random` decides, in
 * [0,1), so that a full queue drops from both arms alike.
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
