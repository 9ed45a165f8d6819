import type { IncomingMessage, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'

/** A request and its response as Node's server holds them. */
export interface NodeExchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/** Stands for a response that was written to `outgoing` itself. */
export function alreadySent(): Response {
  return RESPONSE_ALREADY_SENT
}
