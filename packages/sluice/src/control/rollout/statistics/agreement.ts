import { logMixture } from '../../../stats/index.ts'
import type { EvidenceSource } from '../evidence/places.ts'

/**
 * Log e-values of the evidence of several tokens when some are left out. Each token is an index in `0 … tokens - 1`.
 */
export interface LeaveOneOut {
  tokens: number
  /** Whether a token reports so much of the traffic that the others need not agree with it. */
  mayDecide(token: number): boolean
  /** Processes and addresses of all tokens but these that may not decide alone. */
  places(left: readonly number[]): EvidenceSource[]
  /** Log e-value of all evidence without these tokens, at most two, and without one source. */
  without(left: readonly number[], place?: EvidenceSource): number
}

/** The evidence may be weaker by this factor when one token is left out. */
export const restFactor = 4
/** The factor for one process or address. They are many, and each reports only a few failures of a bad canary. */
const placeFactor = 10

/** Evidence of one token that may not decide alone counts for this part of its log e-value. */
const aloneFactor = 100

/** All tokens together have this part of the weight, all but one of them the rest. */
const onAll = 0.75

/**
 * Log e-value against the canary that does not rest on one source alone. Below `threshold`, which rolls back, only
 * tokens are left out. From there on the evidence must hold without any one process or address as well, though it may
 * then be `placeFactor` times weaker.
 */
export function agreedAgainst(evidence: LeaveOneOut, threshold: number): number {
  const agreed = agreedOfTokens(evidence)
  if (agreed < threshold || evidence.places([]).length === 0) return agreed
  // One token may hide a bad canary at many places. The other tokens can be enough.
  const sets = [[], ...Array.from({ length: evidence.tokens > 1 ? evidence.tokens : 0 }, (_, token) => [token])]
  const needed = threshold - Math.log(placeFactor)
  let rest = -Infinity
  for (const left of sets) {
    const places = evidence.places(left)
    rest = Math.max(rest, places.length === 0 ? evidence.without(left) : leastWithout(evidence, left, places))
    if (rest >= needed) return agreed
  }
  return Math.max(Math.min(agreed, rest + Math.log(placeFactor)), agreed / aloneFactor)
}

function leastWithout({ without }: LeaveOneOut, left: readonly number[], places: readonly EvidenceSource[]): number {
  return Math.min(...places.map((place) => without(left, place)))
}

/**
 * Log e-value against the canary that does not rest on one token alone. Each token is left out in turn, so that none
 * can hide a bad canary behind forged failures of the incumbent. The rest must be evidence against the canary by
 * itself, though `restFactor` times weaker, so that no token alone can get a good one rolled back. Where it is not, the
 * log e-value is divided by `aloneFactor`: a truthful token prevails against one that lies, only later.
 */
function agreedOfTokens({ tokens, mayDecide, without }: LeaveOneOut): number {
  if (tokens === 0) return 0
  const all = without([])
  if (tokens === 1) return mayDecide(0) ? all : all / aloneFactor
  const indices = Array.from({ length: tokens }, (_, index) => index)
  const one = indices.map((index) => without([index]))
  const mixed = logMixture([onAll, ...one.map(() => (1 - onAll) / tokens)], [all, ...one])
  const best = one.reduce((found, logE, index) => (logE > (one[found] ?? 0) ? index : found), 0)
  const needed = indices.filter((index) => !mayDecide(index))
  const ofAll = Math.min(...needed.map((index) => one[index] ?? 0))
  const ofOthers = () => Math.min(...needed.filter((index) => index !== best).map((index) => without([best, index])))
  const rest = Math.max(ofAll, (one[best] ?? 0) > all ? ofOthers() : -Infinity)
  return Math.max(Math.min(mixed, rest + Math.log(restFactor)), mixed / aloneFactor)
}

/**
 * Log e-value for the canary: of all, and, but for `restFactor`, of `rest` without any one source; `threshold` is what
 * it takes.
 */
export function agreedFor({ tokens, mayDecide, without }: LeaveOneOut, rest: LeaveOneOut, threshold: number): number {
  if (tokens === 0) return 0
  const needed = Array.from({ length: tokens }, (_, index) => index).filter((index) => tokens > 1 && !mayDecide(index))
  const agreed = Math.min(without([]), ...needed.map((index) => rest.without([index]) + Math.log(restFactor)))
  if (agreed < threshold) return agreed
  return Math.min(agreed, leastWithout(rest, [], rest.places([])) + Math.log(restFactor))
}
