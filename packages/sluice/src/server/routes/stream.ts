import { securityHeaders } from '../http/answer.ts'
import { alreadySent } from '../http/node-exchange.ts'
import { defineRoute } from '../http/route.ts'
import { createNodeSink } from '../push/node-sink.ts'
import { proofAsked, proofGiven, proofOf } from '../push/proof.ts'
import { streamHeaders } from '../push/sink.ts'
import { createWebSink } from '../push/web-sink.ts'
import { greet, greeting } from '../release/greet.ts'

export const openStream = defineRoute({
  method: 'GET',
  path: '/v1/stream',
  summary:
    'The same as server-sent events: "snapshot" at once and after each change, a comment as heartbeat; with "Prefer: changes" a "change" where the client can know what was before',
  scopes: ['client', 'operator'],
  quiet: true,
  headers: { ...proofAsked, ...greeting, Prefer: '"changes": after the first snapshot only what differs.' },
  answers: { 200: { description: 'Endless.', headers: proofGiven, types: ['text/event-stream'] } },
  async handle({ request, caller, requestId, node }, plane) {
    const { hub } = plane
    const isCounted = request.method === 'HEAD' || (await greet(plane, request, caller))
    const headers = { 'x-request-id': requestId, ...proofOf(request, plane, isCounted) }
    if (request.method === 'HEAD') return new Response(null, { headers: { ...streamHeaders, ...headers } })
    if (node?.outgoing.destroyed) return alreadySent()
    hub.admit(caller)
    const options = { takesChanges: /\bchanges\b/.test(request.headers.get('prefer') ?? '') }
    if (node) {
      hub.open(createNodeSink(node.outgoing, headers), caller, options)
      return alreadySent()
    }
    const { sink, body } = createWebSink()
    hub.open(sink, caller, options)
    return new Response(body, { headers: { ...securityHeaders, ...streamHeaders, ...headers } })
  },
})
