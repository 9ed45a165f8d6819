/** What a handler says: a status, a JSON body if any, headers. A `Response` is sent as it is. */
export interface Answer {
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

export function jsonResponse({ status, body, headers }: Answer, type = 'application/json'): Response {
  const content = body === undefined ? {} : { 'content-type': type }
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { ...securityHeaders, ...content, ...headers },
  })
}
