import { readers } from '../../../records/token-scopes.ts'
import { alreadySent } from '../http/answer.ts'
import { pageHeaders } from '../http/security-headers.ts'
import { createNodeSink, createWebSink, streamHeaders } from '../snapshots/sink.ts'
import type { PageRoute } from './page-route.ts'

/** The stream of an open page. */
export const openLive: PageRoute = {
  method: 'GET',
  path: '/live',
  scopes: readers,
  quiet: true,
  standsAlone: true,
  async respond({ request, requestId, node, session }, { live }) {
    const headers = { 'x-request-id': requestId }
    if (!session || request.method === 'HEAD') return new Response(null, { headers: { ...streamHeaders, ...headers } })
    if (node?.outgoing.destroyed) return alreadySent()
    live.admit(session)
    if (node) {
      live.open(createNodeSink(node.outgoing, headers), session)
      return alreadySent()
    }
    const { sink, body } = createWebSink()
    live.open(sink, session)
    return new Response(body, { headers: { ...pageHeaders, ...streamHeaders, ...headers } })
  },
}
