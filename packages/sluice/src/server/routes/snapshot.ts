import { z } from 'zod'
import { securityHeaders } from '../http/answer.ts'
import { namesEtag } from '../http/etag.ts'
import { defineRoute } from '../http/route.ts'
import { proofAsked, proofGiven, proofOf } from '../push/proof.ts'
import { greet, greeting } from '../release/greet.ts'
import { promptVersion } from '../wire/prompt-version.ts'

const share = z.int().min(0).max(1_000_000)

const snapshotSchema = z.object({
  schema: z.literal('sluice.snapshot/1'),
  epoch: z.string(),
  revision: z.int(),
  hash: z.string(),
  features: z.record(
    z.string(),
    z.object({
      active: z.string(),
      rollout: z
        .object({
          id: z.string(),
          algorithm: z.literal('murmur3-x86-32/ppm'),
          salt: z.string(),
          stage: z.int(),
          ppm: share,
          incumbent: z.string(),
          canary: z.string(),
        })
        .optional(),
      capture: z.object({ incumbent: share, canary: share }).optional(),
      versions: z.record(z.string(), promptVersion),
    }),
  ),
})

const tagged = { ...proofGiven, ETag: '"<epoch>-<revision>-<hash>"' }

export const showSnapshot = defineRoute({
  method: 'GET',
  path: '/v1/snapshot',
  summary: 'All that a client needs to route, of the features that the token may see',
  scopes: ['client', 'operator'],
  quiet: true,
  headers: {
    ...proofAsked,
    ...greeting,
    'If-None-Match': 'The ETag of a snapshot that is held: 304 where it is the present one.',
  },
  answers: {
    200: { description: 'The snapshot; ETag changes with it.', headers: tagged, schema: snapshotSchema },
    304: { description: 'If-None-Match names the present one.', headers: tagged },
  },
  async handle({ request, caller, requestId }, plane) {
    const isCounted = await greet(plane, request, caller)
    const { json, etag } = plane.snapshots.view(caller.features)
    const headers = { ...securityHeaders, etag, 'x-request-id': requestId, ...proofOf(request, plane, isCounted) }
    if (namesEtag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    return new Response(json(), { headers: { ...headers, 'content-type': 'application/json' } })
  },
})
