import { createHash } from 'node:crypto'
import type { ModelRequest } from '../providers/provider.ts'
import { canonicalJson } from '../suite/values/canonical-json.ts'

/**
 * The identity of a model call: SHA-256 (64 hex) over the canonical JSON of model, parameters, messages, format and
 * repeat (1-based). A nonce is taken out of the messages first, so that a fence does not make every call a new one.
 */
export function requestKey({ model, parameters, messages, format, nonce }: ModelRequest, repeat: number): string {
  const stable = nonce ? messages.map((message) => withoutNonce(message, nonce)) : messages
  return createHash('sha256')
    .update(canonicalJson({ model, parameters, messages: stable, format, repeat }))
    .digest('hex')
}

function withoutNonce(message: ModelRequest['messages'][number], nonce: string): ModelRequest['messages'][number] {
  return { role: message.role, content: message.content.replaceAll(nonce, '') }
}
