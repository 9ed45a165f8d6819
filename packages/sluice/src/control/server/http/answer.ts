import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'

/** What a handler says: a status, a JSON body if any, headers. A `Response` is sent as it is. */
export interface HttpAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** For a JSON API that no page of another origin may use or frame. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

export function jsonResponse({ status, body, headers }: HttpAnswer, type = 'application/json'): Response {
  const content = body === undefined ? {} : { 'content-type': type }
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { ...securityHeaders, ...content, ...headers },
  })
}

/** Whether an `If-None-Match` names the tag, also as a weak one. */
export function namesEtag(header: string | null, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}

/** A request and its response as Node's server holds them. */
export interface NodeExchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/** Stands for a response that was written to `outgoing` itself. */
export function alreadySent(): Response {
  return RESPONSE_ALREADY_SENT
}
