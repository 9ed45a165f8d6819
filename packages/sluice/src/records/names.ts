import { z } from 'zod'

/** The name of a feature, as prompt files and requests give it. */
export const featureNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]*$/,
    'must consist of letters, digits, "-", "_" and "." only, and start with one of the first two',
  )

export const featureField = featureNameSchema.max(128).meta({ description: 'Name of a feature.' })

export const versionIdField = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'must be a version id: 12 hex digits')
  .meta({ description: 'Id of a version: 12 hex digits.' })

export const rolloutIdField = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'must be the id of a rollout')
  .meta({ description: 'Id of a rollout.' })

/** Who gets the present version, and who the one that is tried. */
export const armSchema = z.enum(['incumbent', 'canary'])
