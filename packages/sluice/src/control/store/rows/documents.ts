import { z } from 'zod'
import { type AuditRow, auditRowSchema } from '../../../records/audit-row.ts'
import { type RememberedAnswer, rememberedAnswerSchema } from '../../../records/remembered-answer.ts'
import { type TokenRecord, tokenRecordSchema } from '../../../records/token.ts'
import type { FeatureState } from '../../release/feature-state.ts'
import type { VersionRecord } from '../../release/version-record.ts'
import { checked, parsed } from './stored-json.ts'

/*
 * Documents that fill one column each, as JSON. They were validated before they were written; the schemas here make sure
 * that the text still is what its readers rely on, and keep what they do not name.
 */

const rollout = z.looseObject({
  id: z.string(),
  incumbent: z.string(),
  canary: z.string(),
  salt: z.string(),
  settings: z.looseObject({ stages: z.array(z.looseObject({ ppm: z.int(), soakMs: z.number() })).min(1) }),
  stage: z.int(),
  enteredAt: z.array(z.number()),
  status: z.enum(['running', 'paused', 'promoted', 'rolledBack', 'aborted', 'superseded']),
})

const featureState = z.looseObject({
  feature: z.string(),
  revision: z.int(),
  active: z.string().nullable(),
  history: z.array(z.looseObject({ version: z.string(), since: z.number() })),
  // Older documents do not say.
  takenBack: z.looseObject({ version: z.string(), at: z.number(), by: z.string() }).nullable().default(null),
  rollout: rollout.nullable(),
})

const versionRecord = z.looseObject({
  feature: z.string(),
  id: z.string(),
  content: z.looseObject({ id: z.string(), model: z.string(), messages: z.array(z.looseObject({})) }),
  rubric: z.array(z.looseObject({ id: z.string(), ask: z.string() })),
  report: z.looseObject({ verdict: z.string(), exitCode: z.int() }).nullable(),
  publishedAt: z.number(),
})

const auditRow = auditRowSchema.pick({ chain: true, seq: true, previous: true, hash: true }).loose()

type Reader<T> = (text: unknown) => T

const reader =
  <T>(what: string, schema: z.ZodType): Reader<T> =>
  (text) =>
    checked(schema, parsed(text, what), what) as T

export const featureOf: Reader<FeatureState> = reader('feature', featureState)
export const versionOf: Reader<VersionRecord> = reader('version', versionRecord)
export const tokenRecordOf: Reader<TokenRecord> = reader('token', tokenRecordSchema)
export const auditOf: Reader<AuditRow> = reader('audit row', auditRow)
export const answerOf: Reader<RememberedAnswer> = reader('remembered answer', rememberedAnswerSchema)
