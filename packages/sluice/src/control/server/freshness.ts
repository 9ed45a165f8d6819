import { Problem } from './http/problem.ts'
import type { Services } from './services.ts'

/** What a request may carry so that its answer proves how old it is. */
export const proofAsked = {
  'Sluice-Nonce':
    '1 to 100 visible ASCII characters, others with each request: the answer repeats them, which no cache can.',
}

/** What such an answer says. */
export const proofGiven = {
  'Sluice-Nonce': 'That of the request.',
  'Sluice-Read-Age': 'How many ms ago the last look at the store was begun that was answered.',
}

/**
 * What proves to a client that an answer was made for its request, and how old the last look at the store is: a cache
 * cannot repeat the nonce, and counting from when it asked, the client needs nobody's clock but its own.
 * A process that could not be counted is given none, and trusts no canary before it is.
 * @throws Problem 503 where the store could not be read for too long to say what is present
 */
export function freshnessProof(
  request: Request,
  { snapshots, settings }: Services,
  isCounted = true,
): Record<string, string> {
  const ageMs = snapshots.ageMs()
  if (ageMs > settings.maxReadAgeMs) {
    const detail = 'The store could not be read lately, so nobody can say what is present here: ask another replica.'
    throw new Problem({ status: 503, code: 'store-unread', detail }, { headers: { 'retry-after': '1' } })
  }
  const nonce = request.headers.get('sluice-nonce') ?? ''
  const echo = isCounted && /^[\x21-\x7e]{1,100}$/.test(nonce) ? { 'sluice-nonce': nonce } : {}
  return { ...echo, 'sluice-read-age': String(Math.ceil(ageMs)) }
}
