import { z } from 'zod'

/** OpenFeature Remote Evaluation Protocol 0.3.0: a feature is a flag whose value and variant are a version id. */

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** Checked by hand afterwards, since the protocol has its own errors. */
export const evaluationRequest = z.unknown().meta({
  type: 'object',
  required: ['context'],
  properties: {
    context: { type: 'object', required: ['targetingKey'], properties: { targetingKey: { type: 'string' } } },
  },
})

export const evaluationSuccess = z.object({
  key: z.string(),
  value: z.string(),
  variant: z.string(),
  reason: z.enum(['STATIC', 'SPLIT', 'STALE']),
  metadata,
})

export type EvaluationSuccess = z.infer<typeof evaluationSuccess>

export const bulkEvaluationSuccess = z.object({ flags: z.array(evaluationSuccess), metadata })

export const evaluationFailure = z.object({
  key: z.string().optional(),
  errorCode: z.enum(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND']),
  errorDetails: z.string(),
})

export type EvaluationFailure = z.infer<typeof evaluationFailure>

const contextSchema = z.looseObject({ context: z.looseObject({ targetingKey: z.unknown().optional() }) })

/** The targeting key of a request, or what is wrong with it. */
export function targetingKey(body: unknown): { unit: string } | Pick<EvaluationFailure, 'errorCode' | 'errorDetails'> {
  const parsed = contextSchema.safeParse(body)
  if (!parsed.success) return { errorCode: 'INVALID_CONTEXT', errorDetails: 'the request needs an object "context"' }
  const { targetingKey } = parsed.data.context
  if (targetingKey === undefined || targetingKey === '')
    return { errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'the context needs a targetingKey' }
  if (typeof targetingKey !== 'string')
    return { errorCode: 'INVALID_CONTEXT', errorDetails: 'targetingKey must be a text' }
  return { unit: targetingKey }
}
