import { createHash } from 'node:crypto'
import type { RememberedAnswer } from '../../../records/remembered-answer.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import { Problem } from '../http/problem.ts'
import type { Checked } from './route.ts'

/** The key under which the answer to a write with an `Idempotency-Key` is kept. */
export interface Repetition {
  key: string
  requestHash: string
}

type Write = Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>

/**
 * The key of a write, if it has one. Each token has its own keys.
 * @throws Problem 400
 */
export function repetitionOf({ request, caller, body }: Write): Repetition | undefined {
  const key = request.headers.get('idempotency-key')
  if (key === null) return undefined
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    const detail = 'Idempotency-Key must be 1 to 200 visible ASCII characters.'
    throw new Problem({ status: 400, code: 'invalid-request', detail })
  }
  const what = JSON.stringify([request.method, new URL(request.url).pathname, body])
  return { key: `${caller.tokenId}:${key}`, requestHash: createHash('sha256').update(what).digest('hex') }
}

/**
 * The answer to an earlier request with the same key, if there was one.
 * @throws Problem 422 if the key was used for another request
 */
export async function answered(
  store: ReleaseStore,
  repetition: Repetition | undefined,
): Promise<RememberedAnswer | undefined> {
  const answer = repetition && (await store.remembered(repetition.key))
  if (answer) refuseOtherRequest(answer, repetition)
  return answer
}

/** What is kept of the answer to a write. The rest of it is made anew from the state of the moment. */
export function toRemember(
  { key, requestHash }: Repetition,
  { status, at, body = null }: { status: number; at: number; body?: unknown },
): RememberedAnswer {
  return { key, requestHash, status, body, at }
}

/** @throws Problem 422 */
export function refuseOtherRequest(answer: RememberedAnswer, repetition: Repetition | undefined): void {
  if (answer.requestHash === repetition?.requestHash) return
  const detail = 'This Idempotency-Key was used for another request: take a new one.'
  throw new Problem({ status: 422, code: 'idempotency-key-reused', detail })
}

/** Marks an answer to a repetition. */
export const repeatedHeader = { 'idempotency-replayed': 'true' }
