import { z } from 'zod'
import { timeField } from './time.ts'
import { scopes } from './token-scopes.ts'

/** Whoever signs in by an identity provider. Only the two together are unique; an e-mail address or a name is not. */
const personSchema = z.object({
  /** Address of the identity provider. */
  issuer: z.string(),
  /** What it calls the person, for ever. */
  subject: z.string(),
})

/** A token as the API shows it. */
export const tokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  /** Only these features. */
  features: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
  environments: z.array(z.string()).exactOptional().meta({
    description: 'Only these environments. Absent: all, and of a token with the scope client the last one.',
  }),
  createdAt: timeField,
  expiresAt: timeField.nullable(),
  revokedAt: timeField.nullable(),
  madeBy: z
    .string()
    .nullable()
    .exactOptional()
    .meta({ description: 'Id of the token that made it; null: the server itself. Absent: made before that was kept.' }),
  sessionEndings: z
    .int()
    .exactOptional()
    .meta({ description: 'How often all its sessions in browsers were ended. Absent: never.' }),
  person: personSchema.exactOptional().meta({
    description: 'Who signs in by an identity provider, and so has no secret. Absent: whoever has the secret.',
  }),
})

/**
 * A token as it is kept: never itself, only its hash. A person has such a record too, by which all that they do is
 * known.
 */
export const tokenRecordSchema = tokenViewSchema.extend({
  /** SHA-256 of the token, 64 hex. A person has a text here that is no hash, so no secret opens their record. */
  hash: z.string(),
})

export type TokenRecord = z.output<typeof tokenRecordSchema>
export type TokenView = z.output<typeof tokenViewSchema>

/** The id of a token that the server itself makes of `SLUICE_ADMIN_TOKEN`. No other token gets such an id. */
export const seedTokenId = (hash: string) => `t-admin-${hash.slice(0, 8)}`

export const isSeedToken = ({ id }: Pick<TokenRecord, 'id'>) => id.startsWith('t-admin-')

/** Whether a text is written as ids are: those of tokens, of the server's own, and of people. */
export const isTokenId = (text: string) => /^(?:t-[0-9a-f]{12}|t-admin-[0-9a-f]{8}|p-[0-9a-f]{32})$/.test(text)
