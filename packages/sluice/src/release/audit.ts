/** What was done, before the store gives it its place in the chain. */
export interface AuditDraft {
  /** A feature, or `_system` for tokens and the like. */
  chain: string
  /** ms since the epoch. */
  at: number
  /** Who: the token's name, or `sluice` for the controller. */
  actor: string
  tokenId: string | null
  /** E.g. `version.publish`, `active.set`, `rollout.start`, `rollout.advance`, `rollout.rollBack`, `token.create`. */
  action: string
  reason: string | null
  before: unknown
  after: unknown
  evidence: unknown
}

/** One row of the log. */
export interface AuditRow extends AuditDraft {
  /** 1-based, without gaps, within its chain. */
  seq: number
  /** The store's revision after the change. */
  revision: number
  /** 64 hex: the hash of the row before; zeros for the first. */
  previous: string
  /** 64 hex: SHA-256 of the canonical JSON of all other fields. */
  hash: string
}
