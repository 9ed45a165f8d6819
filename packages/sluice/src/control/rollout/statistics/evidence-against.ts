import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { flagRatios, logMixture } from '../../../stats/index.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { type EvidenceSource, type PlaceKind, recentShare, sourcesOf } from '../evidence/places.ts'
import {
  type DecidingSums,
  decidingSums,
  difference,
  emptied,
  isEarly,
  isSilent,
  sumOfTokens,
} from '../evidence/tokens.ts'
import { agreedAgainst, agreedFor, type LeaveOneOut, restFactor } from './agreement.ts'
import { combinedLogE, floorOf, isHigher, restartedLogE } from './e-value.ts'
import { type ProvenSignal, proofOf } from './estimates.ts'
import { type Matching, matchingOf } from './sample-ratio.ts'

/** A source without which the evidence against the canary falls far short of what rolls back. */
export interface OnlySource {
  kind: 'token' | PlaceKind
  /** The id as it was logged. */
  id: string | null
  /** Index of the token. */
  token: number
}

interface Dominance {
  /** The least share of all users. */
  share: number
  /** Only users of tokens that still report count: a silent token can neither confirm nor deny. */
  present: boolean
}

/** The share of users from which on a token may decide alone, against the canary and for it. */
const dominant: Record<'against' | 'for', Dominance> = {
  against: { share: 0.5, present: true },
  for: { share: 0.99, present: false },
}
/**
 * The same of a process or an address, of the latest requests: two that share the traffic need not wait for each other.
 */
const dominantPlace = { against: 0.4, for: 0.8 }
/** Sources whose log e-values differ by less than this are equal: the smallest of them is named. */
const sameEvidence = 1e-6

/**
 * The factor of the margin for all tokens but one, which have to bear a promotion out: they may be a few users of very
 * many, and must not hold it up for as long as they would take to prove it themselves.
 */
const restWidth = 5

/** Log evidence against the canary of the tokens whose arms match, at `now` in ms since the epoch. */
export function evidenceAgainst(evidence: Evidence, settings: RolloutSettings, now: number): number {
  const matching = matchingOf(evidence, settings, now)
  return agreedAgainst(against(evidence, settings, { matching, now }), -Math.log(settings.alpha))
}

/** The evidence against the canary of all tokens together, whether they agree or not. */
export function evidenceOfAll(evidence: Evidence, settings: RolloutSettings, matching: Matching): number {
  return against(evidence, settings, { matching, now: 0 }).without([])
}

/**
 * The only source on which the evidence against the canary rests. Undefined where several agree, or it is not enough.
 */
export function onlySource(evidence: Evidence, settings: RolloutSettings, matching: Matching): OnlySource | undefined {
  const weighed = against(evidence, settings, { matching, now: 0 })
  const threshold = -Math.log(settings.alpha)
  if (weighed.without([]) < threshold) return undefined
  const { trusted } = matching
  const tokens = trusted.length > 1 ? trusted : []
  const sources: (OnlySource & { left: number })[] = [
    ...sourcesOf(evidence.places, trusted).flatMap((source) => {
      const { kind, id, pool, token } = source
      return pool ? [] : [{ kind, id, token, left: weighed.without([], source) }]
    }),
    ...tokens.map((token, i) => {
      const id = evidence.testimony[token]?.tokenId ?? null
      return { kind: 'token' as const, id, token, left: weighed.without([i]) }
    }),
  ]
  const least = Math.min(...sources.map(({ left }) => left))
  const found =
    least < threshold - Math.log(restFactor) ? sources.find(({ left }) => left <= least + sameEvidence) : undefined
  return found && { kind: found.kind, id: found.id, token: found.token }
}

/** Whether the tokens would roll the canary back: all of them together, or all but one. */
export function isAgainst(evidence: Evidence, settings: RolloutSettings, matching: Matching): boolean {
  const { tokens, without } = against(evidence, settings, { matching, now: 0 })
  const threshold = -Math.log(settings.alpha)
  const sets = [[], ...Array.from({ length: tokens > 1 ? tokens : 0 }, (_, token) => [token])]
  return sets.some((left) => without(left) >= threshold)
}

interface Given {
  matching: Matching
  now: number
}

function against(evidence: Evidence, settings: RolloutSettings, { matching, now }: Given): LeaveOneOut {
  const { trusted, suspect } = matching
  const alone = evidence.testimony.length === 1 && suspect.length > 0
  const logE = (one: DecidingSums) => combinedLogE(one, { settings, window: evidence.window, suspect: alone })
  return tokenEvidence(evidence, trusted, { now, side: 'against', unscored: suspect, logE })
}

/**
 * Log evidence that the canary fails more often, of all tokens, where the arms do not match: by the shares that were
 * set, and by those that were seen, since one of the two is wrong.
 */
export function certainFailures(evidence: Evidence, settings: RolloutSettings, now: number): number {
  const all = [...evidence.testimony.keys()]
  const { errors, safety } = settings.signals
  const weights = [errors, safety, Math.max(0, 1 - errors - safety)]
  const logE = (one: DecidingSums) =>
    logMixture(weights, [failuresOf(one, 'errors', settings), failuresOf(one, 'safety', settings), 0])
  const weighed = tokenEvidence(evidence, all, { now, side: 'against', unscored: [], logE })
  return agreedAgainst(weighed, -Math.log(settings.alpha))
}

function failuresOf(one: DecidingSums, signal: 'errors' | 'safety', settings: RolloutSettings): number {
  const { users } = one
  const { ratio, flagged } = one.flags[signal]
  if (!isHigher(one.flags[signal], floorOf(signal, settings))) return 0
  const seen = users.canary / (users.canary + users.incumbent)
  const byShare = flagRatios.grid.map((times) => {
    const suspected = (seen * times) / (seen * times + 1 - seen)
    return flagged.canary * Math.log(suspected / seen) + flagged.incumbent * Math.log((1 - suspected) / (1 - seen))
  })
  return Math.min(restartedLogE(ratio, flagRatios.weights), logMixture(flagRatios.weights, byShare))
}

/** Log evidence that a signal is not worse by so many times its margin. */
export function evidenceFor(
  evidence: Evidence,
  {
    signal,
    width,
    threshold,
    settings,
  }: { signal: ProvenSignal; width: number; threshold: number; settings: RolloutSettings },
  { matching, now }: Given,
): number {
  const at = (wide: number) => {
    const logE = (one: DecidingSums) => proofOf(one, signal, settings, wide)
    return tokenEvidence(evidence, matching.trusted, { now, side: 'for', unscored: [], logE })
  }
  return agreedFor(at(width), at(restWidth), threshold)
}

interface Weighed {
  now: number
  side: 'against' | 'for'
  /** Indices of tokens whose scores do not count. */
  unscored: readonly number[]
  logE: (one: DecidingSums) => number
}

function tokenEvidence(
  evidence: Evidence,
  tokens: readonly number[],
  { now, side, unscored, logE }: Weighed,
): LeaveOneOut {
  const { testimony: byToken } = evidence
  const { share, present } = dominant[side]
  const usersOf = (index: number | undefined) => {
    const users = index === undefined ? undefined : byToken[index]?.users
    return users ? users.incumbent + users.canary : 0
  }
  const counts = (index: number | undefined) => {
    const one = index === undefined ? undefined : byToken[index]
    return one !== undefined && !(present && isSilent(one, evidence.lastRequestAt))
  }
  const all = tokens.filter(counts).reduce((sum, index) => sum + usersOf(index), 0)
  const among = (left: readonly number[]) => tokens.filter((_, token) => !left.includes(token))
  const sums = new Map<string, DecidingSums>()
  const sumsWithout = (left: readonly number[]) => {
    const known = sums.get(left.join()) ?? (left.length === 0 ? sumsOf(evidence, tokens, unscored) : sumsLeft(left))
    sums.set(left.join(), known)
    return known
  }
  // Each is taken off the sum of all: to add up the others anew for each costs the square of their number.
  const sumsLeft = (left: readonly number[]): DecidingSums => {
    const [last = 0] = left.slice(-1)
    const index = tokens[last] ?? -1
    return withoutToken(sumsWithout(left.slice(0, -1)), byToken[index]?.own, unscored.includes(index))
  }
  return {
    tokens: tokens.length,
    mayDecide(token) {
      const own = usersOf(tokens[token])
      return counts(tokens[token]) && own >= share * all && !isEarly(evidence, own, now)
    },
    places: (left) =>
      sourcesOf(evidence.places, among(left)).filter(
        (source) =>
          recentShare(evidence.places[source.kind], source, tokens) < dominantPlace[side] ||
          isEarly(evidence, usersAt(source), now),
      ),
    without: (left, source) =>
      tokens.length === 0 ? 0 : logE(withoutSource(sumsWithout(left), among(left), { unscored, source })),
  }
}

function usersAt({ places }: EvidenceSource): number {
  return places.reduce((sum, { own }) => sum + (own ? own.users.incumbent + own.users.canary : 0), 0)
}

/** The sums of these tokens, without the scores of those whose scores do not count. */
function sumsOf(
  { sums, testimony: byToken }: Evidence,
  tokens: readonly number[],
  unscored: readonly number[],
): DecidingSums {
  const whole = decidingSums(sums)
  if (tokens.length === byToken.length && (unscored.length === 0 || byToken.length === 1)) return whole
  const none = emptied(whole)
  const cases = tokens.flatMap((index) => {
    const own = byToken[index]?.own
    return own ? [unscored.includes(index) ? { ...own, score: none.score } : own] : []
  })
  return sumOfTokens(cases, none)
}

/** What is left of `all` without what one token says, whose scores may not be among it. */
function withoutToken(all: DecidingSums, own: DecidingSums | null | undefined, isUnscored: boolean): DecidingSums {
  if (!own) return all
  const rest = difference(all, own)
  return isUnscored ? { ...rest, score: all.score } : rest
}

/** What these tokens say, of which all is known, but for what came from `source`. */
function withoutSource(
  all: DecidingSums,
  tokens: readonly number[],
  { unscored, source }: { unscored: readonly number[]; source: EvidenceSource | undefined },
): DecidingSums {
  let rest = all
  for (const { own, token } of source?.places ?? []) {
    if (tokens.includes(token)) rest = withoutToken(rest, own, unscored.includes(token))
  }
  return rest
}
