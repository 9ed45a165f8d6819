import { type StoredContent, storedContentSchema } from '../../../records/content.ts'
import { checked, parsed } from './stored-json.ts'

/** A content as a row: searched fields have columns, input, output and the way to it are one JSON text. */
export interface ContentRow {
  id: string
  feature: string
  version: string
  rollout_id: string | null
  unit: string | null
  score: number | null
  stored_at: number
  expires_at: number
  body: string
  judgement: string | null
}

export function contentRow(content: StoredContent): ContentRow {
  const { id, feature, version, rolloutId, unit, score, storedAt, expiresAt, judgement, ...body } = content
  return {
    id,
    feature,
    version,
    rollout_id: rolloutId,
    unit,
    score,
    stored_at: storedAt,
    expires_at: expiresAt,
    body: JSON.stringify(body),
    judgement: judgement === null || judgement === undefined ? null : JSON.stringify(judgement),
  }
}

/** @throws StoreError `damaged` */
export function contentOf(row: Record<string, unknown>): StoredContent {
  const what = `content ${row.id}`
  const content = {
    ...(parsed(row.body, what) as object),
    id: row.id,
    feature: row.feature,
    version: row.version,
    rolloutId: row.rollout_id,
    unit: row.unit,
    judgement: row.judgement === null ? null : parsed(row.judgement, what),
    score: row.score,
    storedAt: row.stored_at,
    expiresAt: row.expires_at,
  }
  return checked(storedContentSchema, content, what)
}
