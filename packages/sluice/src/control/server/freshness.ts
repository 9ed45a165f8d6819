import { timeText } from '../words/moments.ts'
import { Problem } from './http/problem.ts'
import type { Services } from './services.ts'
import { within } from './timers.ts'

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

/** How long a read of the store may take that somebody waits for. */
const patienceMs = 1000

type ReadAge = Pick<Services, 'snapshots' | 'settings' | 'clock'>

const isUnread = ({ snapshots, settings }: ReadAge) => snapshots.ageMs() > settings.maxReadAgeMs

function unread({ snapshots, clock }: ReadAge): Problem {
  const since = timeText(clock.now() - snapshots.ageMs())
  const detail = `This replica has not read its store since ${since}, so the present state is not known here. Ask another replica: /readyz of each says whether it reads its store.`
  return new Problem({ status: 503, code: 'store-unread', detail }, { headers: { 'retry-after': '1' } })
}

/**
 * Whatever shows the present state, or acts by what was shown, asks this first: a state that was read too long ago may
 * have been taken back elsewhere. A machine that slept has missed its reads, so one more is tried.
 * @throws Problem 503 if the last successful read of the store is too old
 */
export async function requireRecentRead(services: ReadAge): Promise<void> {
  if (!isUnread(services)) return
  const { snapshots, clock } = services
  await within(
    clock,
    patienceMs,
    snapshots.reload().catch(() => undefined),
  )
  if (isUnread(services)) throw unread(services)
}

/**
 * Headers that prove to a client that the answer was made for its request, and how old the last read of the store is.
 * A cache cannot repeat the nonce. The client counts from its own request, so it needs no clock but its own.
 * A process that could not be counted gets no proof, and serves no canary until it is counted.
 * @throws Problem 503 if the last successful read of the store is too old
 */
export function freshnessProof(request: Request, services: Services, isCounted = true): Record<string, string> {
  if (isUnread(services)) throw unread(services)
  const nonce = request.headers.get('sluice-nonce') ?? ''
  const echo = isCounted && /^[\x21-\x7e]{1,100}$/.test(nonce) ? { 'sluice-nonce': nonce } : {}
  return { ...echo, 'sluice-read-age': String(Math.ceil(services.snapshots.ageMs())) }
}
