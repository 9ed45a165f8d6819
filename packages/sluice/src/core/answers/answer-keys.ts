import { createHash } from 'node:crypto'
import type { ServerIdentity } from '../providers/server-identity.ts'
import type { AnswerStore } from './answer-store.ts'

/** Under which keys the store holds the answer to one request. */
export interface AnswerKeys {
  /** Of the request to its server, within its edition. */
  key: string
  /** Of the request to its server. */
  shared: string
  /** Where it was filed before the server counted; absent where that may have been another server's answer. */
  old?: string
}

/** `requested` is the hash of the request alone. An edition sees nothing that was asked outside of it. */
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

/** The stored answer. One that was filed before the server counted is taken over, once, by the server that it can only be of. */
export function storedAnswer(store: AnswerStore, { key, old }: AnswerKeys) {
  return store.get(key) ?? (old !== undefined && store.move(old, key) ? store.get(key) : undefined)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
