import { createHash } from 'node:crypto'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { AuditDraft, AuditHead, AuditRow } from '../../records/audit-row.ts'

const zeros = '0'.repeat(64)

/**
 * The row that follows `previous` in its chain (undefined: the first). `revision` is the store's after the change.
 * Values are kept as JSON holds them: undefined and NaN become null.
 */
export function chained(draft: AuditDraft, revision: number, previous: AuditHead | null): AuditRow {
  const { chain, at, actor, tokenId, action, reason, before, after, evidence } = draft
  const row = {
    chain,
    seq: (previous?.seq ?? 0) + 1,
    revision,
    at,
    actor,
    tokenId,
    action,
    reason,
    before: asJson(before),
    after: asJson(after),
    evidence: asJson(evidence),
    previous: previous?.hash ?? zeros,
  }
  return { ...row, hash: hashOf(row) }
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(row)).digest('hex')
}

export type ChainVerdict =
  | { ok: true; rows: number }
  | {
      ok: false
      fault: 'edited' | 'removed' | 'reordered' | 'truncated'
      /** The first row that is not as it was written. */
      seq: number
      message: string
    }

/**
 * Whether the rows of one chain, from its first on, are those that were written, in their order. `head` must have been
 * read before the rows: without it a chain whose end was cut off looks whole; rows beyond it are newer and welcome. Of
 * a chain that is read part by part, `after` is the last row of the part before, and the last part alone gets the head.
 */
export function verifyChain(
  rows: readonly AuditRow[],
  head: AuditHead | null = null,
  after: AuditHead = { seq: 0, hash: zeros },
): ChainVerdict {
  const present = new Set(rows.map(({ seq }) => seq))
  let previous = after
  for (const row of rows) {
    const fault = faultOf(row, previous, present)
    if (fault) return fault
    if (row.seq === head?.seq && row.hash !== head.hash)
      return found('edited', row.seq, 'it is not the row that the store noted as the last one')
    previous = row
  }
  if (head && previous.seq < head.seq)
    return found('truncated', previous.seq + 1, `the chain ends at row ${previous.seq}, but had ${head.seq}`)
  return { ok: true, rows: rows.length }
}

function faultOf(row: AuditRow, previous: AuditHead, present: ReadonlySet<number>): ChainVerdict | undefined {
  const expected = previous.seq + 1
  const { hash, ...content } = row
  if (hashOf(content) !== hash) return found('edited', row.seq, 'its content does not give its hash')
  if (row.seq === expected) {
    if (row.previous === previous.hash) return undefined
    if (expected === 1) return found('edited', 1, 'the first row must follow nothing')
    return found('edited', previous.seq, `row ${row.seq} was written after a row with another hash`)
  }
  if (row.seq > expected && !present.has(expected))
    return found('removed', expected, `row ${row.seq} stands in its place`)
  return found('reordered', row.seq, `it stands where row ${expected} belongs`)
}

function found(fault: Exclude<ChainVerdict, { ok: true }>['fault'], seq: number, why: string): ChainVerdict {
  return { ok: false, fault, seq, message: `row ${seq} was ${fault}: ${why}` }
}
