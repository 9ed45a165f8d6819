import { z } from 'zod'
import type { StoredContent } from '../content-store.ts'
import { checked, parsed } from './stored-json.ts'

/** A content as columns: what is searched for by itself, input and output as one JSON text. */
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
  const { id, feature, version, rolloutId, unit, score, storedAt, expiresAt, input, output, judgement } = content
  return {
    id,
    feature,
    version,
    rollout_id: rolloutId,
    unit,
    score,
    stored_at: storedAt,
    expires_at: expiresAt,
    body: JSON.stringify({ input, output }),
    judgement: judgement === null || judgement === undefined ? null : JSON.stringify(judgement),
  }
}

const storedContent: z.ZodType<StoredContent> = z.object({
  id: z.string(),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  unit: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  output: z.string(),
  judgement: z.unknown(),
  score: z.number().nullable(),
  storedAt: z.number(),
  expiresAt: z.number(),
})

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
  return checked(storedContent, content, what)
}
