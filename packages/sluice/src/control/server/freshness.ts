import { Problem } from './http/problem.ts'
import type { Services } from './services.ts'

/** Request header with which an answer proves how old it is. */
export const proofAsked = {
  'Sluice-Nonce':
    '1 to 100 visible ASCII characters, different for each request. The answer repeats them, so it cannot come from a cache.',
}

/** Headers of such an answer. */
export const proofGiven = {
  'Sluice-Nonce': 'The one of the request.',
  'Sluice-Read-Age': 'How many ms ago the last successful read of the store began.',
}

/**
 * Headers that prove to a client that the answer was made for its request, and how old the last read of the store is.
 * A cache cannot repeat the nonce. The client counts from its own request, so it needs no clock but its own.
 * A process that could not be counted gets no proof, and serves no canary until it is counted.
 * @throws Problem 503 if the last successful read of the store is too old
 */
export function freshnessProof(
  request: Request,
  { snapshots, settings }: Services,
  isCounted = true,
): Record<string, string> {
  const ageMs = snapshots.ageMs()
  if (ageMs > settings.maxReadAgeMs) {
    const detail = 'The store could not be read lately, so the present state is not known here: ask another replica.'
    throw new Problem({ status: 503, code: 'store-unread', detail }, { headers: { 'retry-after': '1' } })
  }
  const nonce = request.headers.get('sluice-nonce') ?? ''
  const echo = isCounted && /^[\x21-\x7e]{1,100}$/.test(nonce) ? { 'sluice-nonce': nonce } : {}
  return { ...echo, 'sluice-read-age': String(Math.ceil(ageMs)) }
}
