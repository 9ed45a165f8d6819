import { z } from 'zod'
import { featureSnapshotSchema, snapshotSchema } from '../../../records/snapshot.ts'
import { readers } from '../../../records/token-scopes.ts'
import { freshnessProof, proofAsked, proofGiven } from '../freshness.ts'
import { alreadySent, namesEtag } from '../http/answer.ts'
import { securityHeaders } from '../http/security-headers.ts'
import { instanceHeader, registerInstance } from '../instances/register-instance.ts'
import { defineRoute } from '../route/route.ts'
import { promptVersion } from '../versions/version-view.ts'
import { createNodeSink, createWebSink, streamHeaders } from './sink.ts'

const servedSnapshot = snapshotSchema.extend({
  features: z.record(z.string(), featureSnapshotSchema.extend({ versions: z.record(z.string(), promptVersion) })),
})

const tagged = { ...proofGiven, ETag: '"<epoch>-<revision>-<hash>"' }

export const showSnapshot = defineRoute({
  method: 'GET',
  path: '/v1/snapshot',
  summary: 'What a client needs to route the features that the token may see',
  scopes: ['client', ...readers],
  quiet: true,
  standsAlone: true,
  headers: {
    ...proofAsked,
    ...instanceHeader,
    'If-None-Match': 'The ETag of an earlier snapshot: 304 if it is still the present one.',
  },
  answers: {
    200: { description: 'The snapshot; ETag changes with it.', headers: tagged, schema: servedSnapshot },
    304: { description: 'If-None-Match names the present one.', headers: tagged },
  },
  async handle({ request, caller, requestId }, services) {
    const isCounted = await registerInstance(services, request, caller)
    const { json, etag } = services.snapshots.view(caller)
    const headers = {
      ...securityHeaders,
      etag,
      'x-request-id': requestId,
      ...freshnessProof(request, services, isCounted),
    }
    if (namesEtag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    return new Response(json(), { headers: { ...headers, 'content-type': 'application/json' } })
  },
})

export const openStream = defineRoute({
  method: 'GET',
  path: '/v1/stream',
  summary:
    'The same as server-sent events: "snapshot" at once and after each change, a comment as heartbeat; with "Prefer: changes" a "change" if the client has the snapshot before it',
  scopes: ['client', ...readers],
  quiet: true,
  standsAlone: true,
  headers: { ...proofAsked, ...instanceHeader, Prefer: '"changes": after the first snapshot only what differs.' },
  answers: { 200: { description: 'Endless.', headers: proofGiven, types: ['text/event-stream'] } },
  async handle({ request, caller, requestId, node }, services) {
    const { streams } = services
    const isCounted = request.method === 'HEAD' || (await registerInstance(services, request, caller))
    const headers = { 'x-request-id': requestId, ...freshnessProof(request, services, isCounted) }
    if (request.method === 'HEAD') return new Response(null, { headers: { ...streamHeaders, ...headers } })
    if (node?.outgoing.destroyed) return alreadySent()
    streams.admit(caller)
    const options = { takesChanges: /\bchanges\b/.test(request.headers.get('prefer') ?? '') }
    if (node) {
      streams.open(createNodeSink(node.outgoing, headers), caller, options)
      return alreadySent()
    }
    const { sink, body } = createWebSink()
    streams.open(sink, caller, options)
    return new Response(body, { headers: { ...securityHeaders, ...streamHeaders, ...headers } })
  },
})
