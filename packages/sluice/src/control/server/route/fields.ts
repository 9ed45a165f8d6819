import { z } from 'zod'
import { featureNameSchema } from '../../../core/suite/prompt-file.ts'

export const featureField = featureNameSchema.max(128).meta({ description: 'Name of a feature.' })

export const versionIdField = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'must be a version id: 12 hex digits')
  .meta({ description: 'Id of a version: 12 hex digits.' })

export const rolloutId = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'must be the id of a rollout')
  .meta({ description: 'Id of a rollout.' })

export const reason = z.string().trim().min(1).max(2000).meta({ description: 'Why; kept in the audit log.' })

export const expectedRevision = z.int().min(0).exactOptional().meta({
  description:
    "The feature's revision that this was decided on: 409 where it has changed since, telling what and by whom.",
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

export const ofFeature = z.object({ feature: featureField })
export const ofRollout = z.object({ rollout: rolloutId })
