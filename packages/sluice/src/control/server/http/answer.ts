import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { securityHeaders } from './security-headers.ts'

/** What a handler returns: a status, an optional JSON body, headers. A `Response` is sent as it is. */
export interface HttpAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export function jsonResponse({ status, body, headers }: HttpAnswer): Response {
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { ...securityHeaders, ...content, ...headers },
  })
}

/** Whether an `If-None-Match` header names the tag, strong or weak. */
export function namesEtag(header: string | null, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}

/** A request and its response as Node's server holds them. */
export interface NodeExchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/** Tells the server that the response was already written to `outgoing`. */
export function alreadySent(): Response {
  return RESPONSE_ALREADY_SENT
}
