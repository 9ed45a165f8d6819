import { createHash } from 'node:crypto'
import type { ModelRequest } from '../providers/provider.ts'
import type { ServerIdentity } from '../providers/server-identity.ts'
import { canonicalJson } from '../suite/values/canonical-json.ts'
import type { AnswerStore } from './answer-store.ts'

/**
 * The identity of a model call: SHA-256 (64 hex) over the canonical JSON of model, parameters, messages, format, tools
 * where there are any, and repeat (1-based). A nonce is taken out of the messages first, so that a fence does not make
 * every call a new one.
 */
export function requestKey({ nonce, messages, ...request }: ModelRequest, repeat: number): string {
  const { model, parameters, format, tools, toolChoice } = request
  const stable = nonce ? messages.map((message) => withoutNonce(message, nonce)) : messages
  return hash(canonicalJson({ model, parameters, messages: stable, format, tools, toolChoice, repeat }))
}

/** The keys under which the store holds the answer to one request. */
export interface AnswerKeys {
  /** The key of the request to its server, within its edition. */
  key: string
  /** The key of the request to its server, in any edition. */
  shared: string
  /** The key without the server, as earlier databases have it; absent where it may be another server's answer. */
  old?: string
}

/**
 * The keys of a request. `requested` is the hash of the request alone. An edition uses no answer from outside of it.
 */
export function answerKeys(
  requested: string,
  server: ServerIdentity | undefined,
  edition: string | undefined,
): AnswerKeys {
  const shared = hash(`${server?.text ?? ''}\0${requested}`)
  const key = edition === undefined ? shared : hash(`${edition}\0${shared}`)
  if (!server?.isPublic) return { key, shared }
  return { key, shared, old: edition === undefined ? requested : hash(`${edition}\0${requested}`) }
}

/** The stored answer. One under a key without the server is moved, once, to the only server that it can come from. */
export function storedAnswer(store: AnswerStore, { key, old }: AnswerKeys) {
  return store.get(key) ?? (old !== undefined && store.move(old, key) ? store.get(key) : undefined)
}

function withoutNonce(message: ModelRequest['messages'][number], nonce: string): ModelRequest['messages'][number] {
  return { ...message, content: message.content.replaceAll(nonce, '') }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
