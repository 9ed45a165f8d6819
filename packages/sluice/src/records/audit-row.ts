import { z } from 'zod'
import { timeField } from './time.ts'

/** Why somebody does something, as a request says it. */
export const reasonField = z.string().trim().min(1).max(2000).meta({ description: 'Why; kept in the audit log.' })

/** What was done, before the store gives it its place in the chain. */
const auditDraftSchema = z.object({
  /** A feature, or `_system` for tokens and the like. */
  chain: z.string(),
  at: timeField,
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

/** A row that another version wrote may lack a field, or have it of another kind: the rest is read all the same. */
const known = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

/** A rollout as a row of the log has it; an announcement names it alone. */
const namedRolloutSchema = z.looseObject({
  id: z.string(),
  /** How it ended, else paused, else why it holds, else running. */
  state: known(z.string()),
  incumbent: known(z.string()),
  canary: known(z.string()),
  stage: known(z.int()),
  ppm: known(z.number()),
  override: known(z.string().nullable()),
  excluded: known(z.array(z.string())),
  strength: known(z.string()),
  why: known(z.string()),
})

const loggedRolloutSchema = namedRolloutSchema.required({
  state: true,
  incumbent: true,
  canary: true,
  stage: true,
  ppm: true,
})

/** A rollout as a row has it that changes what is served. */
export type LoggedRollout = z.output<typeof loggedRolloutSchema>

/** What the log keeps of a feature's state: enough to tell what everybody got. */
export const releaseDocumentSchema = z.looseObject({
  active: z.string().nullable(),
  rollout: loggedRolloutSchema.nullable(),
})

export type ReleaseDocument = z.output<typeof releaseDocumentSchema>

const auditDocumentSchema = z.looseObject({
  active: known(z.string().nullable()),
  rollout: known(namedRolloutSchema.nullable()),
  /** The id of a version, a proposal or a token. */
  id: known(z.string()),
  label: known(z.string().nullable()),
  name: known(z.string()),
  /** What is proposed; `does`, what it does in a few words. */
  proposal: known(z.looseObject({ does: z.array(z.string()).default([]) })),
})

export type AuditDocument = z.output<typeof auditDocumentSchema>

/** What is known of the thing that a row is about, as it was before or after; nothing of a row of another kind. */
export function readAuditDocument(document: unknown): AuditDocument {
  return auditDocumentSchema.safeParse(document).data ?? {}
}
