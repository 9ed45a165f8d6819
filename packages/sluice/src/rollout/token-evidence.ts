import { flagRatios, logMixture, rateDrops, scoreDrops } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import { agreedAgainst, agreedFor, type TokenEvidence } from './agreement.ts'
import { combinedLogE, flaggedDifference, restartedLogE } from './combined.ts'
import type { Evidence } from './evidence.ts'
import { widthOfRest } from './non-inferiority.ts'
import { type Matching, matchingOf } from './sample-ratio.ts'
import { type DecidingSums, decidingSums, isEarly, isSilent, sumOfTokens } from './testimony.ts'

interface Dominance {
  /** Of all users. */
  share: number
  /** Only of those of tokens that still report: whoever has fallen silent bears nothing out, and needs not. */
  present: boolean
}

/** What a token must have to decide against the canary, and for it: it is the only one, or nearly so. */
const dominant = { against: { share: 0.5, present: true }, for: { share: 0.99, present: false } }

/** Signals of which a proof may be asked. */
export type ProvenSignal = 'score' | 'errors' | 'slow' | 'safety'

/** Log evidence against the canary of the tokens whose arms match, at `now` in ms since the epoch. */
export function evidenceAgainst(evidence: Evidence, settings: RolloutSettings, now: number): number {
  const matching = matchingOf(evidence, settings, now)
  return agreedAgainst(against(evidence, settings, { matching, now }))
}

/** The same of all of them, without asking who says it. */
export function evidenceOfAll(evidence: Evidence, settings: RolloutSettings, matching: Matching): number {
  return against(evidence, settings, { matching, now: 0 }).without([])
}

/** What some tokens report speaks against the canary: all of them together, or all but one. */
export function isAccused(evidence: Evidence, settings: RolloutSettings, matching: Matching): boolean {
  const { tokens, without } = against(evidence, settings, { matching, now: 0 })
  const threshold = -Math.log(settings.alpha)
  const sets = [[], ...Array.from({ length: tokens > 1 ? tokens : 0 }, (_, token) => [token])]
  return sets.some((left) => without(left) >= threshold)
}

interface Hearing {
  matching: Matching
  now: number
}

function against(evidence: Evidence, settings: RolloutSettings, { matching, now }: Hearing): TokenEvidence {
  const { trusted, suspect } = matching
  const alone = evidence.testimony.length === 1
  return tokenEvidence(evidence, trusted, { now, ...dominant.against }, (tokens) =>
    combinedLogE(sumsOf(evidence, tokens, suspect), settings, alone && suspect.length > 0),
  )
}

/**
 * Log evidence that the canary fails more often, of all tokens, where the arms do not match: by the shares that were set, and by those
 * that were seen, since one of the two is wrong.
 */
export function certainFailures(evidence: Evidence, settings: RolloutSettings, now: number): number {
  const all = [...evidence.testimony.keys()]
  const { errors, safety } = settings.signals
  const weights = [errors, safety, Math.max(0, 1 - errors - safety)]
  return agreedAgainst(
    tokenEvidence(evidence, all, { now, ...dominant.against }, (tokens) => {
      const one = sumsOf(evidence, tokens, [])
      return logMixture(weights, [failuresOf(one, 'errors', settings), failuresOf(one, 'safety', settings), 0])
    }),
  )
}

function failuresOf(
  { flags, users }: DecidingSums,
  signal: 'errors' | 'safety',
  { flagFloor }: RolloutSettings,
): number {
  const { ratio, flagged } = flags[signal]
  if ((flaggedDifference(users, { flagged }) ?? 0) < flagFloor) return 0
  const seen = users.canary / (users.canary + users.incumbent)
  const byShare = flagRatios.grid.map((times) => {
    const suspected = (seen * times) / (seen * times + 1 - seen)
    return flagged.canary * Math.log(suspected / seen) + flagged.incumbent * Math.log((1 - suspected) / (1 - seen))
  })
  return Math.min(restartedLogE(ratio, flagRatios.weights), logMixture(flagRatios.weights, byShare))
}

/** Log evidence that a signal is not worse by the margin of this width. */
export function evidenceFor(
  evidence: Evidence,
  signal: ProvenSignal,
  { matching, now, width }: Hearing & { width: number },
): number {
  const at = (wide: number) =>
    tokenEvidence(evidence, matching.trusted, { now, ...dominant.for }, (tokens) => {
      const one = sumsOf(evidence, tokens, [])
      const { nonInferior } = signal === 'score' ? one.score : one.flags[signal]
      const { weights } = signal === 'score' ? scoreDrops : rateDrops
      return logMixture(weights, nonInferior[wide] ?? [])
    })
  return agreedFor(at(width), at(widthOfRest).without)
}

function tokenEvidence(
  evidence: Evidence,
  tokens: readonly number[],
  { now, share, present }: { now: number } & Dominance,
  logE: (tokens: readonly number[]) => number,
): TokenEvidence {
  const { testimony } = evidence
  const usersOf = (index: number | undefined) => {
    const users = index === undefined ? undefined : testimony[index]?.users
    return users ? users.incumbent + users.canary : 0
  }
  const counts = (index: number | undefined) => {
    const one = index === undefined ? undefined : testimony[index]
    return one !== undefined && !(present && isSilent(one, evidence.lastRequestAt))
  }
  const all = tokens.filter(counts).reduce((sum, index) => sum + usersOf(index), 0)
  return {
    tokens: tokens.length,
    mayDecide(token) {
      const own = usersOf(tokens[token])
      return counts(tokens[token]) && own >= share * all && !isEarly(evidence, own, now)
    },
    without: (left) => (tokens.length === 0 ? 0 : logE(tokens.filter((_, token) => !left.includes(token)))),
  }
}

/** What these tokens say; what they say by scores left out of those whose scores do not count. */
function sumsOf({ sums, testimony }: Evidence, tokens: readonly number[], unscored: readonly number[]): DecidingSums {
  const whole = decidingSums(sums)
  if (tokens.length === testimony.length && (unscored.length === 0 || testimony.length === 1)) return whole
  const none = sumOfTokens([], whole)
  const cases = tokens.flatMap((index) => {
    const own = testimony[index]?.own
    return own ? [unscored.includes(index) ? { ...own, score: none.score } : own] : []
  })
  return sumOfTokens(cases, whole)
}
