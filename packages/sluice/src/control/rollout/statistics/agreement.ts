import { logMixture } from '../../../stats/index.ts'
import type { EvidenceSource } from '../evidence/places.ts'

/** What several tokens say, each by its place in `0 … tokens - 1`. */
export interface LeaveOneOut {
  tokens: number
  /** Whether a token says so much more than all others that these need not say the same. */
  mayDecide(token: number): boolean
  /** Processes and addresses of all tokens but these that may not decide alone. */
  places(left: readonly number[]): EvidenceSource[]
  /** Log e-value of what all say but these, at most two, and but what came from a place. */
  without(left: readonly number[], place?: EvidenceSource): number
}

/** By this factor the evidence may be weaker that is left without one source. */
export const restFactor = 4
/** The same without one process or address: they are many, and what each reports of a bad canary is a few failures. */
const placeFactor = 10

/** So many times the evidence decides although it rests on one token that may not decide: it takes that many times the outcomes. */
const aloneFactor = 100

/** Of the stake this part is on all tokens together, the rest on all but one of them. */
const onAll = 0.75

/**
 * Log e-value against the canary that does not rest on one source alone; `threshold` is what it takes, below which only tokens are
 * asked. What reaches it by the word of several tokens, or of the only one, must hold without any one process or address as well,
 * `placeFactor` times weaker.
 */
export function agreedAgainst(heard: LeaveOneOut, threshold: number): number {
  const agreed = agreedOfTokens(heard)
  if (agreed < threshold || heard.places([]).length === 0) return agreed
  // A token may hide a bad canary from many places: the others can be enough.
  const sets = [[], ...Array.from({ length: heard.tokens > 1 ? heard.tokens : 0 }, (_, token) => [token])]
  const needed = threshold - Math.log(placeFactor)
  let rest = -Infinity
  for (const left of sets) {
    const places = heard.places(left)
    rest = Math.max(rest, places.length === 0 ? heard.without(left) : leastWithout(heard, left, places))
    if (rest >= needed) return agreed
  }
  return Math.max(Math.min(agreed, rest + Math.log(placeFactor)), agreed / aloneFactor)
}

function leastWithout({ without }: LeaveOneOut, left: readonly number[], places: readonly EvidenceSource[]): number {
  return Math.min(...places.map((place) => without(left, place)))
}

/**
 * Log e-value against the canary that does not rest on one token alone. Each token is left out in turn, so that none can hide a bad
 * canary behind forged failures of the incumbent; and what remains must speak against the canary by itself, though `restFactor`
 * times weaker, so that none can accuse a good one. Where it does not, the evidence counts for a part, `aloneFactor`: a truthful token
 * is heard against one that lies, later.
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

/** Log e-value for the canary: of all, and, but for `restFactor`, of `rest` without any one source; `threshold` is what it takes. */
export function agreedFor({ tokens, mayDecide, without }: LeaveOneOut, rest: LeaveOneOut, threshold: number): number {
  if (tokens === 0) return 0
  const needed = Array.from({ length: tokens }, (_, index) => index).filter((index) => tokens > 1 && !mayDecide(index))
  const agreed = Math.min(without([]), ...needed.map((index) => rest.without([index]) + Math.log(restFactor)))
  if (agreed < threshold) return agreed
  return Math.min(agreed, leastWithout(rest, [], rest.places([])) + Math.log(restFactor))
}
