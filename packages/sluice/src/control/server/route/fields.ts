import { z } from 'zod'
import { addressField } from '../../../core/suite/config/environments.ts'
import { reasonField } from '../../../records/audit-row.ts'
import { rolloutIdField } from '../../../records/names.ts'

export const reason = reasonField

export const expectedRevision = z.int().min(0).exactOptional().meta({
  description:
    "The feature's revision that the caller had seen: 409 if it has changed since. The answer says what changed, and by whom.",
})

export const breakGlass = z.strictObject({ reason }).exactOptional().meta({
  description:
    'Does without approval what needs it, or what the environment before has not had, and says why. All channels are told, and it is shown until somebody who may approve it has reviewed it. Without effect where nothing is in the way.',
})

/** A number in a query. */
export function queryNumber({ min, max, preset }: { min: number; max: number; preset: number }) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(preset)
}

export const ofFeature = z.object({ feature: addressField })
export const ofRollout = z.object({ rollout: rolloutIdField })
