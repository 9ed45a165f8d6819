import { createHash } from 'node:crypto'
import { type FeatureSnapshot, routeUnit } from '@sluice/client'
import { z } from 'zod'
import { type HttpAnswer, namesEtag } from './http/answer.ts'
import { parseJson, readBody } from './http/body.ts'
import { Problem } from './http/problem.ts'
import { securityHeaders } from './http/security-headers.ts'
import { defineRoute } from './route/route.ts'

/** OpenFeature Remote Evaluation Protocol 0.3.0: a feature is a flag whose value and variant are a version id. */

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** Checked later, since the protocol has its own errors. */
const evaluationRequest = z.unknown().meta({
  type: 'object',
  required: ['context'],
  properties: {
    context: { type: 'object', required: ['targetingKey'], properties: { targetingKey: { type: 'string' } } },
  },
})

const evaluationSuccess = z.object({
  key: z.string(),
  value: z.string(),
  variant: z.string(),
  reason: z.enum(['STATIC', 'SPLIT', 'STALE']),
  metadata,
})

export type EvaluationSuccess = z.infer<typeof evaluationSuccess>

const bulkEvaluationSuccess = z.object({ flags: z.array(evaluationSuccess), metadata })

const evaluationFailure = z.object({
  key: z.string().optional(),
  errorCode: z.enum(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND']),
  errorDetails: z.string(),
})

export type EvaluationFailure = z.infer<typeof evaluationFailure>

const contextSchema = z.looseObject({ context: z.looseObject({ targetingKey: z.unknown().optional() }) })

/** The targeting key of a request, or the protocol's error. */
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

export const evaluateFlag = defineRoute({
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags/{key}',
  summary: 'OpenFeature: the version of a feature for a unit',
  scopes: ['client'],
  quiet: true,
  params: z.object({ key: z.string() }),
  describedBody: evaluationRequest,
  answers: {
    200: { description: 'Value and variant are the id of the version.', schema: evaluationSuccess },
    400: { description: 'The request or its context is not valid.', schema: evaluationFailure },
    404: { description: 'There is no such feature, or nothing of it is active.', schema: evaluationFailure },
  },
  async handle({ request, params: { key }, caller }, { snapshots, settings }) {
    const asked = await unitOf(request)
    if ('errorCode' in asked) return { status: 400, body: { key, ...asked } }
    const { features } = snapshots.view(caller).snapshot
    const feature = Object.hasOwn(features, key) ? features[key] : undefined
    if (!feature) return flagNotFound(key)
    const trusted = snapshots.ageMs() <= settings.maxReadAgeMs
    return { status: 200, body: evaluation(key, feature, { unit: asked.unit, trusted }) }
  },
})

const tagged = { ETag: 'Changes with the snapshot and the targeting key.' }

export const evaluateFlags = defineRoute({
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags',
  summary: 'OpenFeature: the versions of all features for a unit',
  scopes: ['client'],
  quiet: true,
  describedBody: evaluationRequest,
  headers: { 'If-None-Match': 'The ETag of an earlier evaluation: 304 if it is still the present one.' },
  answers: {
    200: { description: 'Of each feature that the token may see.', headers: tagged, schema: bulkEvaluationSuccess },
    304: { description: 'If-None-Match names the present evaluation.', headers: tagged },
    400: { description: 'The request or its context is not valid.', schema: evaluationFailure },
  },
  async handle({ request, caller }, { snapshots, settings }) {
    const asked = await unitOf(request)
    if ('errorCode' in asked) return { status: 400, body: asked }
    const { snapshot, etag: ofSnapshot } = snapshots.view(caller)
    const trusted = snapshots.ageMs() <= settings.maxReadAgeMs
    const etag = etagFor(asked.unit, trusted ? ofSnapshot : `stale ${ofSnapshot}`)
    const headers = { etag }
    if (namesEtag(request.headers.get('if-none-match'), etag))
      return new Response(null, { status: 304, headers: { ...securityHeaders, ...headers } })
    const flags = Object.entries(snapshot.features).map(([key, feature]) => {
      return evaluation(key, feature, { unit: asked.unit, trusted })
    })
    return { status: 200, headers, body: { flags, metadata: { revision: snapshot.revision } } }
  },
})

/**
 * Routes the unit as a client does. Without a recent read of the store only the incumbent is served, since a rollback
 * could be unknown here.
 */
function evaluation(
  key: string,
  feature: FeatureSnapshot,
  { unit, trusted }: { unit: string; trusted: boolean },
): EvaluationSuccess {
  const { version, arm, rolloutId, stage } = routeUnit(feature, unit, trusted)
  const evaluated = { key, value: version, variant: version }
  if (arm === null || rolloutId === null || stage === null)
    return { ...evaluated, reason: feature.rollout && !trusted ? 'STALE' : 'STATIC', metadata: {} }
  return { ...evaluated, reason: 'SPLIT', metadata: { rolloutId, arm, stage } }
}

/** The ETag of an evaluation for one unit, since each unit has its own values. */
function etagFor(unit: string, ofSnapshot: string): string {
  return `"${createHash('sha256').update(`${ofSnapshot}\0${unit}`).digest('hex').slice(0, 32)}"`
}

function flagNotFound(key: string): HttpAnswer {
  const body: EvaluationFailure = { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `no feature ${key} is active` }
  return { status: 404, body }
}

/** The protocol has its own error for a body that cannot be parsed. A body that is too long is still a 413. */
async function unitOf(request: Request): Promise<ReturnType<typeof targetingKey>> {
  try {
    return targetingKey(parseJson(await readBody(request)))
  } catch (error) {
    if (!(error instanceof Problem) || error.details.status !== 400) throw error
    return { errorCode: 'PARSE_ERROR', errorDetails: error.details.detail }
  }
}
