import { z } from 'zod'
import type { AuditRow } from '../../release/audit.ts'
import type { FeatureState } from '../../release/feature-state.ts'
import type { VersionRecord } from '../../release/version-record.ts'
import type { RememberedAnswer } from '../release-store.ts'
import { scopes, type TokenRecord } from '../token-store.ts'
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

const tokenRecord = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  scopes: z.array(z.enum(scopes)),
  features: z.array(z.string()).nullable(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
})

const auditRow = z.looseObject({ chain: z.string(), seq: z.int(), previous: z.string(), hash: z.string() })

const rememberedAnswer = z.object({
  key: z.string(),
  requestHash: z.string(),
  status: z.int(),
  body: z.unknown(),
  at: z.number(),
})

type Reader<T> = (text: unknown) => T

const reader =
  <T>(what: string, schema: z.ZodType): Reader<T> =>
  (text) =>
    checked(schema, parsed(text, what), what) as T

export const featureOf: Reader<FeatureState> = reader('feature', featureState)
export const versionOf: Reader<VersionRecord> = reader('version', versionRecord)
export const tokenRecordOf: Reader<TokenRecord> = reader('token', tokenRecord)
export const auditOf: Reader<AuditRow> = reader('audit row', auditRow)
export const answerOf: Reader<RememberedAnswer> = reader('remembered answer', rememberedAnswer)
