import { z } from 'zod'
import { scopes } from './token-scopes.ts'

const time = z.number().meta({ description: 'ms since the epoch' })

/** A token as the API shows it. */
export const tokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  /** Only these features. */
  features: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  sessionEndings: z
    .int()
    .exactOptional()
    .meta({ description: 'How often all its sessions in browsers were ended. Absent: never.' }),
})

/** A token as it is kept: never itself, only its hash. */
export const tokenRecordSchema = tokenViewSchema.extend({
  /** SHA-256 of the token, 64 hex. */
  hash: z.string(),
})

export type TokenRecord = z.output<typeof tokenRecordSchema>
export type TokenView = z.output<typeof tokenViewSchema>
