import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { jsonIn } from '../../json.ts'
import { type AuditHead, type AuditRow, auditHeadSchema, auditRowSchema } from '../../records/audit-row.ts'

/** A chain of the log as it was exported: its rows, and what the last of them must be. */
export interface AuditExport {
  chain: string
  rows: AuditRow[]
  /** Null of an empty one. */
  head: AuditHead | null
}

const lastLine = z.object({ chain: z.string(), head: auditHeadSchema.nullable() })

/**
 * Reads an export, JSON Lines with the head at the end. A row that was edited is still a row: whether the chain holds
 * is for `verifyChain`.
 * @param place what the text is called in errors
 * @throws SluiceError `invalid-input` for anything else, an export that was cut off included
 */
export function parseAuditExport(text: string, place: string): AuditExport {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const rows = lines.slice(0, -1).map((line, index) => {
    const row = auditRowSchema.safeParse(jsonIn(line))
    if (row.success) return row.data
    throw new SluiceError('invalid-input', `${place}:${index + 1}: this is not a row of an audit log`, {
      cause: row.error,
    })
  })
  const end = lastLine.safeParse(jsonIn(lines.at(-1) ?? ''))
  if (!end.success)
    throw new SluiceError(
      'invalid-input',
      `${place}:${lines.length}: the last line must hold the head of the chain; this export was cut off, or the file is not an export`,
    )
  return { chain: end.data.chain, rows, head: end.data.head }
}

/** The rows of a feature's log, as a control plane exports it. */
export async function auditRowsOf(
  remote: { auditExport(feature: string): Promise<string> },
  feature: string,
): Promise<AuditRow[]> {
  return parseAuditExport(await remote.auditExport(feature), `the log of ${feature}`).rows
}
