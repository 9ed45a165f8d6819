import { logMixture } from '../stats/index.ts'

/** What several tokens say, each by its place in `0 … tokens - 1`. */
export interface TokenEvidence {
  tokens: number
  /** Whether a token says so much more than all others that these need not say the same. */
  mayDecide(token: number): boolean
  /** Log e-value of what all say but these, at most two. */
  without(left: readonly number[]): number
}

/** By this factor the evidence may be weaker that is left without one token. */
const restFactor = 4

/** So many times the evidence decides although it rests on one token that may not decide: it takes that many times the outcomes. */
const aloneFactor = 100

/** Of the stake this part is on all tokens together, the rest on all but one of them. */
const onAll = 0.75

/**
 * Log e-value against the canary that does not rest on one token alone. Each token is left out in turn, so that none can hide a bad
 * canary behind forged failures of the incumbent; and what remains must speak against the canary by itself, though `restFactor`
 * times weaker, so that none can accuse a good one. Where it does not, the evidence counts for a part, `aloneFactor`: a truthful token
 * is heard against one that lies, later.
 */
export function agreedAgainst({ tokens, mayDecide, without }: TokenEvidence): number {
  if (tokens === 0) return 0
  const all = without([])
  if (tokens === 1) return mayDecide(0) ? all : all / aloneFactor
  const indices = Array.from({ length: tokens }, (_, index) => index)
  const one = indices.map((index) => without([index]))
  const mixed = logMixture([onAll, ...one.map(() => (1 - onAll) / tokens)], [all, ...one])
  const best = one.reduce((found, logE, index) => (logE > (one[found] ?? 0) ? index : found), 0)
  const needed = indices.filter((index) => !mayDecide(index))
  const ofAll = Math.min(...needed.map((index) => one[index] ?? 0))
  const ofOthers = Math.min(...needed.filter((index) => index !== best).map((index) => without([best, index])))
  const rest = Math.max(ofAll, (one[best] ?? 0) > all ? ofOthers : -Infinity)
  return Math.max(Math.min(mixed, rest + Math.log(restFactor)), mixed / aloneFactor)
}

/** Log e-value for the canary: of all, and, but for `restFactor`, of `rest` without any one token. */
export function agreedFor({ tokens, mayDecide, without }: TokenEvidence, rest: TokenEvidence['without']): number {
  if (tokens === 0) return 0
  const needed = Array.from({ length: tokens }, (_, index) => index).filter((index) => tokens > 1 && !mayDecide(index))
  return Math.min(without([]), ...needed.map((index) => rest([index]) + Math.log(restFactor)))
}
