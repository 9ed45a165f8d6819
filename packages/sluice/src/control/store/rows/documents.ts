import { z } from 'zod'
import { type AuditRow, auditRowSchema } from '../../../records/audit-row.ts'
import { activationSchema, type FeatureState, featureSchema, takenBackSchema } from '../../../records/feature.ts'
import { promptVersionSchema } from '../../../records/prompt-version.ts'
import { type Proposal, proposalSchema } from '../../../records/proposal.ts'
import { type RememberedAnswer, rememberedAnswerSchema } from '../../../records/remembered-answer.ts'
import { rolloutSchema } from '../../../records/rollout.ts'
import { type TokenRecord, tokenRecordSchema } from '../../../records/token.ts'
import { type VersionRecord, versionSchema } from '../../../records/version.ts'
import { checked, parsed } from './stored-json.ts'

/*
 * Documents that are stored as JSON in one column. They were validated before they were written. These schemas check that
 * the text still has what its readers need. They keep unknown fields.
 */

const rollout = rolloutSchema
  .pick({
    id: true,
    incumbent: true,
    canary: true,
    salt: true,
    settings: true,
    stage: true,
    enteredAt: true,
    status: true,
  })
  .loose()

const featureState = featureSchema
  .pick({ feature: true, revision: true, active: true })
  .extend({
    history: z.array(activationSchema.pick({ version: true, since: true }).loose()),
    // Older documents lack this field.
    takenBack: takenBackSchema.pick({ version: true, at: true, by: true }).loose().nullable().default(null),
    rollout: rollout.nullable(),
  })
  .loose()

const versionRecord = versionSchema
  .pick({ feature: true, id: true, publishedAt: true })
  .extend({
    content: promptVersionSchema
      .pick({ id: true, model: true })
      .extend({ messages: z.array(z.looseObject({})) })
      .loose(),
    rubric: z.array(z.looseObject({ id: z.string(), ask: z.string() })),
    report: z.looseObject({ verdict: z.string(), exitCode: z.int() }).nullable(),
  })
  .loose()

const auditRow = auditRowSchema.pick({ chain: true, seq: true, previous: true, hash: true }).loose()

type Reader<T> = (text: unknown) => T

const reader =
  <T>(what: string, schema: z.ZodType): Reader<T> =>
  (text) =>
    checked(schema, parsed(text, what), what) as T

export const featureOf: Reader<FeatureState> = reader('feature', featureState)
export const versionOf: Reader<VersionRecord> = reader('version', versionRecord)
export const proposalRecordOf: Reader<Proposal> = reader('proposal', proposalSchema.loose())
export const tokenRecordOf: Reader<TokenRecord> = reader('token', tokenRecordSchema)
export const auditOf: Reader<AuditRow> = reader('audit row', auditRow)
export const answerOf: Reader<RememberedAnswer> = reader('remembered answer', rememberedAnswerSchema)
