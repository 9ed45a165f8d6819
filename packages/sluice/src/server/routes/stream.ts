import { securityHeaders } from '../http/answer.ts'
import { alreadySent } from '../http/node-exchange.ts'
import { defineRoute } from '../http/route.ts'
import { createNodeSink } from '../push/node-sink.ts'
import { streamHeaders } from '../push/sink.ts'
import { createWebSink } from '../push/web-sink.ts'

export const openStream = defineRoute({
  method: 'GET',
  path: '/v1/stream',
  summary: 'The same as server-sent events: "snapshot" at once and after each change, a comment as heartbeat',
  scopes: ['client', 'operator'],
  quiet: true,
  answers: { 200: { description: 'Endless.', types: ['text/event-stream'] } },
  handle({ request, caller, requestId, node }, { hub }) {
    const headers = { 'x-request-id': requestId }
    if (request.method === 'HEAD') return new Response(null, { headers: { ...streamHeaders, ...headers } })
    if (node) {
      hub.open(createNodeSink(node.outgoing, headers), caller)
      return alreadySent()
    }
    const { sink, body } = createWebSink()
    hub.open(sink, caller)
    return new Response(body, { headers: { ...securityHeaders, ...streamHeaders, ...headers } })
  },
})
