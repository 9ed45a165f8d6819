import { z } from 'zod'

/** What a `label` check saw: the basis of precision, recall and F1. */
const measuredLabelSchema = z.object({
  kind: z.literal('label'),
  expected: z.string().describe('The class that the case expects.'),
  got: z.string().nullable().describe('The class that was answered; null where the answer is none of `labels`.'),
  labels: z.array(z.string()).exactOptional().describe('All classes, where the check lists them.'),
})

/** What a `fields` check saw, field by field. */
const measuredFieldsSchema = z.object({
  kind: z.literal('fields'),
  fields: z
    .array(z.object({ name: z.string().describe('The field.'), right: z.boolean().describe('As expected.') }))
    .describe('In the order of the check.'),
})

/** What a `retrieval` check saw: the ranks at which the relevant documents came. */
const measuredRetrievalSchema = z.object({
  kind: z.literal('retrieval'),
  k: z.int().min(1).describe('How many of the first documents count.'),
  relevant: z.int().min(1).describe('Relevant documents of the case.'),
  ranks: z
    .array(z.int().min(1))
    .describe('Ranks of the relevant documents that were retrieved, from 1, rising; a document counts once.'),
  missing: z.array(z.string()).describe('Ids of the relevant documents that are not among the first `k`.'),
  duplicates: z.int().min(0).describe('Documents that came again under an id that was there before.'),
})

/** What a check measured beside its score, so that the numbers of a run can be made from it. */
export const measuredSchema = z.discriminatedUnion('kind', [
  measuredLabelSchema,
  measuredFieldsSchema,
  measuredRetrievalSchema,
])

/** What a question about claims found: the basis of the shares that are unsupported and contradicted. */
export interface MeasuredClaims {
  kind: 'claims'
  /** Claims of the output; with none the shares are undefined. */
  claims: number
  /** How many of the claims no source speaks for or against. */
  unsupported: number
  /** How many of the claims a source contradicts. */
  contradicted: number
}

export type MeasuredByCheck = z.infer<typeof measuredSchema>
/** What a check or a question about claims found in one answer. */
export type Measurement = MeasuredByCheck | MeasuredClaims
export type MeasuredLabel = z.infer<typeof measuredLabelSchema>
export type MeasuredRetrieval = z.infer<typeof measuredRetrievalSchema>
