import type { Arm } from '@sluice/client'
import type { OnlySourceShare, PlaceShare } from '../../../records/rollout/assessment.ts'
import type { PlaceEvidence, PlaceKind } from '../evidence/places.ts'
import type { TokenEvidence } from '../evidence/tokens.ts'
import type { OnlySource } from '../statistics/evidence-against.ts'

interface Reported {
  testimony: readonly TokenEvidence[]
  places: Record<PlaceKind, readonly PlaceEvidence[]>
}

const named = 5

/** The largest of each kind, the most first, and last all others together. */
export function placeShares({ places, testimony: byToken }: Reported): Record<PlaceKind, PlaceShare[]> {
  const of = (kind: PlaceKind) => sharesOf(places[kind], (index) => byToken[index]?.tokenId ?? null)
  return { instance: of('instance'), address: of('address') }
}

function sharesOf(places: readonly PlaceEvidence[], tokenOf: (index: number) => string | null): PlaceShare[] {
  const count = ({ requests }: Pick<PlaceEvidence, 'requests'>) => requests.canary + requests.incumbent
  const apart = places.filter(({ pool }) => !pool).toSorted((a, b) => count(b) - count(a))
  const rest = [...apart.slice(named), ...places.filter(({ pool }) => pool)]
  const others = { id: 'others', tokenId: null, ...sumOf(rest) }
  const all = Math.max(1, count(sumOf(places)))
  return [
    ...apart
      .slice(0, named)
      .map(({ id, token, requests, errors }) => ({ id, tokenId: tokenOf(token), requests, errors })),
    ...(rest.length > 0 ? [others] : []),
  ].map((one) => ({ ...one, share: count(one) / all, requests: { ...one.requests }, errors: { ...one.errors } }))
}

function sumOf(places: readonly PlaceEvidence[]): Pick<PlaceShare, 'requests' | 'errors'> {
  const of = (what: 'requests' | 'errors', arm: Arm) => places.reduce((sum, one) => sum + one[what][arm], 0)
  const both = (what: 'requests' | 'errors') => ({ incumbent: of(what, 'incumbent'), canary: of(what, 'canary') })
  return { requests: both('requests'), errors: both('errors') }
}

/** `all`: failed requests of the canary. */
export function onlySourceShare(
  { testimony: byToken, places }: Reported,
  { kind, id, token }: OnlySource,
  all: number,
): OnlySourceShare {
  const tokenId = byToken[token]?.tokenId ?? null
  const own =
    kind === 'token'
      ? (byToken[token]?.errors.canary ?? 0)
      : places[kind]
          .filter((place) => !place.pool && place.id === id && (kind === 'address' || place.token === token))
          .reduce((sum, { errors }) => sum + errors.canary, 0)
  return { kind, id, tokenId, failures: { own, all } }
}

/** `instance app-7 3f2a91bc (token t-1)` */
export function onlySourceText({ kind, id, tokenId }: OnlySourceShare): string {
  const token = tokenId === null ? 'no known token' : `token ${tokenId}`
  return kind === 'token' ? token : `${kind} ${id} (${token})`
}

/** A text in which the only source is named no more, also where nobody knows any more which it was. */
export function withoutOnlySource(text: string): string {
  return text.replaceAll(
    /\bcomes from (instance|address) .+? \((?:no known token|token [\w-]+)\)/gs,
    'comes from one $1',
  )
}

/** The message that one source alone reports evidence against the canary, and what to do. */
export function onlySourceAlert(accuser: OnlySourceShare): string {
  const { own, all } = accuser.failures
  const failures = all > 0 ? `, ${own} of ${all} failures of the canary` : ''
  return `all that speaks against the canary comes from ${onlySourceText(accuser)}${failures}: take it out of service, or leave its token out with sluice outcomes exclude`
}
