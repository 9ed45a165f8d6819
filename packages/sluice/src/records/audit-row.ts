import { z } from 'zod'

/** What was done, before the store gives it its place in the chain. */
const auditDraftSchema = z.object({
  /** A feature, or `_system` for tokens and the like. */
  chain: z.string(),
  at: z.number().meta({ description: 'ms since the epoch' }),
  /** Who: the token's name, or `sluice` for the controller. */
  actor: z.string(),
  tokenId: z.string().nullable(),
  /** E.g. `version.publish`, `active.set`, `rollout.start`, `rollout.advance`, `rollout.rollBack`, `token.create`. */
  action: z.string(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  evidence: z.unknown(),
})

export type AuditDraft = z.output<typeof auditDraftSchema>

/** One row of the log. */
export const auditRowSchema = auditDraftSchema.extend({
  seq: z.int().meta({ description: '1-based, without gaps' }),
  /** The store's revision after the change. */
  revision: z.int(),
  /** 64 hex: the hash of the row before; zeros for the first. */
  previous: z.string(),
  /** 64 hex: SHA-256 of the canonical JSON of all other fields. */
  hash: z.string(),
})

export type AuditRow = z.output<typeof auditRowSchema>

/** What the last row of a chain must be. It is kept apart from the rows, so that cutting off the end is found. */
export const auditHeadSchema = auditRowSchema.pick({ seq: true, hash: true })

export type AuditHead = z.output<typeof auditHeadSchema>
