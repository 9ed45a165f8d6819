import { type AuditRow, auditRowSchema } from '../../../records/audit-row.ts'
import { documentReader } from './stored-json.ts'

const auditRow = auditRowSchema.pick({ chain: true, seq: true, previous: true, hash: true }).loose()

export const auditOf = documentReader<AuditRow>('audit row', auditRow)
