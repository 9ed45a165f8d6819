import type { Arm } from '@sluice/client'
import { type DecidingSums, sumOfTokens } from './tokens.ts'

/** Kinds of places from which a token's outcomes come. */
export const placeKinds = ['instance', 'address'] as const

export type PlaceKind = (typeof placeKinds)[number]

/** The evidence that came from one process, or one address, by one token. */
export interface PlaceEvidence {
  /** The id as logged; null: not known. A pool of places that are not told apart has `others` and its number. */
  id: string | null
  /** Index of the token. */
  token: number
  pool: boolean
  /** Requests that count, by arm, and failed ones of them. */
  requests: Record<Arm, number>
  errors: Record<Arm, number>
  /** When its first request came, ms since the epoch; null before. */
  firstAt: number | null
  /** How many of the latest requests of all places were its own: in the turn before, and in the present one. */
  recent: [before: number, now: number]
  /** Null while there is no other place of the kind: then it is the whole. */
  own: DecidingSums | null
}

/**
 * This many places have evidence of their own. One that is silent makes room, so that a new deployment has places too.
 */
const mostApart = 16
/** The others share so many pools, by name, so that one of them can be left out without many others. */
const pools = 4
/** For each of so many tokens. */
const pooledTokens = 4
/** Requests of a turn. */
const turn = 250

interface Sender {
  token: number
  id: string | null
  /** Only a place that sends requests has evidence of its own. */
  isRequest: boolean
}

/**
 * The place of an entry, which is added where there is none yet. Undefined where it belongs to no place and no pool.
 */
export function placeOf(
  places: PlaceEvidence[],
  { token, id, isRequest }: Sender,
  whole: () => DecidingSums,
  none: () => DecidingSums,
): PlaceEvidence | undefined {
  // All outcomes that do not say where they come from are one place.
  for (const place of places) if (place.id === id && (id === null || place.token === token) && !place.pool) return place
  const [first] = places
  if (first && first.own === null) {
    // Until now there was one place only: all evidence is its own.
    first.own = whole()
    first.recent = [Math.min(turn, first.requests.incumbent + first.requests.canary), 0]
  }
  const add = (place: PlaceEvidence) => {
    places.push(place)
    return place
  }
  if (!first || (isRequest && places.filter(({ pool }) => !pool).length < mostApart))
    return add(newPlace({ id, token, own: first ? none() : null }))
  const number = numberOf(id)
  const poolOf = (of: Pick<PlaceEvidence, 'token'>, name: string): PlaceEvidence | undefined =>
    places.find(({ pool, id, token }) => pool && id === name && token === of.token) ??
    (of.token < pooledTokens ? add({ ...newPlace({ id: name, token: of.token, own: none() }), pool: true }) : undefined)
  const silent = isRequest ? places.find(({ pool, recent }) => !pool && recent[0] + recent[1] === 0) : undefined
  if (!silent) return poolOf({ token }, number)
  const gone = poolOf(silent, numberOf(silent.id))
  if (gone) addNumbers(gone, silent)
  return Object.assign(silent, newPlace({ id, token, own: none() }))
}

/** Nothing came from there yet. */
export function newPlace({ id, token, own }: Pick<PlaceEvidence, 'id' | 'token' | 'own'>): PlaceEvidence {
  return {
    id,
    token,
    pool: false,
    requests: { incumbent: 0, canary: 0 },
    errors: { incumbent: 0, canary: 0 },
    firstAt: null,
    recent: [0, 0],
    own,
  }
}

function numberOf(id: string | null): string {
  let sum = 0
  for (const character of id ?? '') sum = (31 * sum + (character.codePointAt(0) ?? 0)) % 65_521
  return `others ${(sum % pools) + 1}`
}

function addNumbers(to: PlaceEvidence, { requests, errors, own }: PlaceEvidence): void {
  for (const arm of ['incumbent', 'canary'] as const) {
    to.requests[arm] += requests[arm]
    to.errors[arm] += errors[arm]
  }
  if (to.own && own) to.own = sumOfTokens([to.own, own], own)
}

/** Counts a request that is evidence, in place. */
export function countAt(
  places: readonly PlaceEvidence[],
  place: PlaceEvidence | undefined,
  { arm, failed, at }: { arm: Arm; failed: boolean; at: number },
): void {
  if (!place) return
  place.firstAt ??= at
  place.requests[arm] += 1
  if (failed) place.errors[arm] += 1
  if (places.length === 1) return
  place.recent[1] += 1
  if (recentOf(places, 1) < turn) return
  for (const one of places) one.recent = [one.recent[1], 0]
}

function recentOf(places: readonly PlaceEvidence[], index: 0 | 1): number {
  let sum = 0
  for (const { recent } of places) sum += recent[index]
  return sum
}

/** What can be left out as one: a process of a token, an address of whichever tokens, or a pool of places. */
export interface EvidenceSource {
  kind: PlaceKind
  id: string | null
  pool: boolean
  /** Index of the first token. */
  token: number
  places: PlaceEvidence[]
}

/** The sources that these tokens report from, of kinds of which more than one is known. */
export function sourcesOf(
  places: Record<PlaceKind, readonly PlaceEvidence[]>,
  tokens: readonly number[],
): EvidenceSource[] {
  return placeKinds.flatMap((kind) => {
    const known = places[kind].filter(({ id }) => id !== null)
    const keyOf = ({ id, pool, token }: PlaceEvidence) => `${kind === 'instance' ? token : ''} ${pool} ${id}`
    const groups = [...Map.groupBy(known, keyOf).values()]
    if (groups.length < 2) return []
    return groups.flatMap((group) => {
      const [first] = group.filter(({ token }) => tokens.includes(token))
      return first ? [{ kind, id: first.id, pool: first.pool, token: first.token, places: group }] : []
    })
  })
}

/**
 * The share of the latest requests of these tokens, in [0,1]; of the 250 to 500 last ones, so that whoever replaces
 * another has its share soon.
 */
export function recentShare(
  places: readonly PlaceEvidence[],
  source: EvidenceSource,
  tokens: readonly number[],
): number {
  const among = places.filter(({ token }) => tokens.includes(token))
  const own = source.places.filter(({ token }) => tokens.includes(token))
  return (recentOf(own, 0) + recentOf(own, 1)) / Math.max(1, recentOf(among, 0) + recentOf(among, 1))
}
