import { z } from 'zod'
import { trajectorySchema } from './answer-trace.ts'

/** Input and output of a request, redacted, kept only where the feature allows it. Its key is the outcome's. */
export const storedContentSchema = z.object({
  id: z.string().meta({ description: "The outcome's id." }),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  unit: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  output: z.string(),
  trajectory: trajectorySchema.exactOptional().meta({
    description: 'What was done on the way to the answer, redacted. Absent where none was reported or it is lost.',
  }),
  trajectoryLost: z
    .string()
    .exactOptional()
    .meta({ description: 'Why a trajectory that was reported is not stored. Absent elsewhere.' }),
  trajectoryRef: z
    .string()
    .exactOptional()
    .meta({ description: 'Where the application keeps it, redacted: a text of a stranger, never fetched.' }),
  steps: z.number().exactOptional().meta({ description: 'Messages of the assistant, as reported.' }),
  toolCalls: z
    .record(z.string(), z.number())
    .exactOptional()
    .meta({ description: 'How often each tool was called, as reported.' }),
  /** The judge's answer once there is one, as `storedJudgementSchema` reads it. Null until then. */
  judgement: z.unknown(),
  /** In [0,1]; null until judged. */
  score: z.number().nullable(),
  /** ms since the epoch. */
  storedAt: z.number(),
  expiresAt: z.number(),
})

export type StoredContent = z.output<typeof storedContentSchema>

const text = z.string().optional().catch(undefined)

/** One question of the rubric. What a release did not store is absent; only the id names it. */
const storedItemSchema = z.looseObject({
  id: z.string(),
  verdict: text.describe('`yes`, `no` or `cannot_tell`.'),
  evidence: text,
  reasoning: text,
  must: z.boolean().optional().catch(undefined),
})

/** What the judge said of a request, stored with its content. An item that cannot be read hides none of the others. */
export const storedJudgementSchema = z.looseObject({
  judgeId: z.string(),
  /** Null where the judge abstained. */
  score: z.number().min(0).max(1).nullable(),
  /** In USD; null where a price is unknown. */
  costUsd: z.number().nullable(),
  items: z
    .array(storedItemSchema.nullable().catch(null))
    .transform((items) => items.filter((item) => item !== null))
    .catch([]),
})

export type StoredJudgement = z.output<typeof storedJudgementSchema>

const judgedItemsSchema = storedJudgementSchema.pick({ items: true })

/** The items that the judge answered with no; none where there is no judgement. */
export function failedItems(judgement: unknown): StoredJudgement['items'] {
  const { data } = judgedItemsSchema.safeParse(judgement)
  return (data?.items ?? []).filter(({ verdict }) => verdict === 'no')
}
