import type { Arm } from '@sluice/client'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { type ClusterSums, clusterVariance, effectiveUsers, logMixture } from '../../../stats/index.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { FlagSums, RateSums, ScoreSums } from '../evidence/signal-sums.ts'
import { type DecidingSums, decidingSums } from '../evidence/tokens.ts'
import { flagOf } from './e-value.ts'

/** Signals of which a proof may be asked. */
export const provenSignals = ['score', 'errors', 'slow', 'safety'] as const

export type ProvenSignal = (typeof provenSignals)[number]

/** A mean score, or a rate of flagged requests. */
export interface Mean {
  value: number
  /** It takes each user for one, however many requests each has made. Null where it is unknown. */
  standardError: number | null
  /** Scores or requests that it is of. */
  count: number
}

/** What the requests of the present stage make of one signal. */
export interface Estimate {
  signal: ProvenSignal
  incumbent: Mean | null
  canary: Mean | null
  /** Canary minus incumbent. */
  difference: number | null
  standardError: number | null
  /**
   * How much worse the canary is, by a lower score or a higher rate; what one arm lacks in judgements is reckoned
   * against it.
   */
  worseBy: number | null
  /** That a promotion rules out. */
  margin: number
}

/** Users of an arm, or requests for a rate, below which an estimate says nothing. */
export const fewestCounted = 20

/** Rates may rise by this part of what the incumbent's are, if that is more than the margin. */
const relativeMargin = 0.25
/**
 * How much more of the slow requests than of others a promotion tolerates: one in twenty of the incumbent's are slow.
 */
const slowTolerance = 5

/** The estimates of the signals that have a say. */
export function estimates({ sums }: Evidence, settings: RolloutSettings): Estimate[] {
  const one = decidingSums(sums)
  return provenSignals
    .filter((signal) => settings.signals[signal] > 0)
    .map((signal) => estimateOf(one, signal, settings))
}

/** What was counted of an arm, also where it is too little for an estimate; null: nothing was. */
export function countedMean({ sums }: Evidence, signal: ProvenSignal, arm: Arm): Mean | null {
  const one = decidingSums(sums)
  const { sum, count } = signal === 'score' ? one.score.stage[arm] : countedFlags(flagOf(one, signal).stage[arm])
  return count === 0 ? null : { value: sum / count, standardError: null, count }
}

const countedFlags = ({ flagged, requests }: RateSums) => ({ sum: flagged, count: requests })

function estimateOf(one: DecidingSums, signal: ProvenSignal, settings: RolloutSettings): Estimate {
  if (signal === 'score') return scoreEstimate(one.score, settings.margin)
  const tolerance = signal === 'slow' ? slowTolerance : 1
  return rateEstimate(signal, { flag: flagOf(one, signal), score: one.score }, tolerance * settings.flagMargin)
}

function rateEstimate(
  signal: ProvenSignal,
  { flag: { stage }, score }: { flag: FlagSums; score: ScoreSums },
  margin: number,
): Estimate {
  const mean = (arm: Arm) => rateMean(stage[arm], score.stage[arm])
  const means = { incumbent: mean('incumbent'), canary: mean('canary') }
  const relative = relativeMargin * (means.incumbent?.value ?? 0)
  return estimate(signal, means, { margin: Math.min(1, Math.max(margin, relative)), missing: 0 })
}

/**
 * The error is the sandwich over users where flags are rare; what was never seen is not certain, so that one user more
 * is reckoned with. Of who sends how much only the judged requests tell: a user who sends most of all and is never
 * flagged moves the rate as well.
 */
function rateMean({ requests, flagged, squares }: RateSums, judged: ClusterSums): Mean | null {
  if (requests < fewestCounted) return null
  const value = flagged / requests
  const unflagged = judged.users >= fewestCounted ? value ** 2 / effectiveUsers(judged) : 0
  return { value, standardError: Math.sqrt((squares + 1) / requests ** 2 + unflagged), count: requests }
}

function scoreEstimate(score: ScoreSums, margin: number): Estimate {
  const means = { incumbent: scoreMean(score.stage.incumbent, 1), canary: scoreMean(score.stage.canary, 0) }
  return estimate('score', means, { margin, missing: missingHarm(score, means) })
}

/**
 * Bad answers may be so rare that none was seen yet, or of the incumbent's good ones, and one user may send most of
 * all: what was never seen is not certain, so that one user more is reckoned with, who sends as much as the user of a
 * usual request, and whose score is `rare`.
 */
function scoreMean(scores: ClusterSums, rare: number): Mean | null {
  if (scores.users < fewestCounted) return null
  const value = scores.sum / scores.count
  const variance = clusterVariance(scores) + ((value - rare) / effectiveUsers(scores)) ** 2
  return { value, standardError: Math.sqrt(variance), count: scores.count }
}

function estimate(
  signal: ProvenSignal,
  { incumbent, canary }: Record<Arm, Mean | null>,
  { margin, missing }: { margin: number; missing: number },
): Estimate {
  if (!incumbent || !canary)
    return { ...{ signal, incumbent, canary, margin }, difference: null, standardError: null, worseBy: null }
  const difference = canary.value - incumbent.value
  return {
    ...{ signal, incumbent, canary, margin, difference },
    standardError: Math.hypot(incumbent.standardError ?? 0, canary.standardError ?? 0),
    worseBy: (signal === 'score' ? -difference : difference) + missing,
  }
}

/**
 * Share of the judgements that are missing in one arm and not in the other, canary minus incumbent, beyond what chance
 * would give.
 */
export function missingShare({ asked, answered, stage }: ScoreSums): number {
  if (asked.incumbent === 0 || asked.canary === 0 || answered.incumbent === 0 || answered.canary === 0) return 0
  const share = { incumbent: answered.incumbent / asked.incumbent, canary: answered.canary / asked.canary }
  // Where only a part of an arm is sampled, which part that is is chance as well.
  const variance = (arm: Arm) => Math.max(0, 1 - stage[arm].count / asked[arm]) / Math.max(1, stage[arm].count)
  const log = Math.log(share.incumbent / share.canary)
  const certain = Math.max(0, Math.abs(log) - Math.sqrt(variance('incumbent') + variance('canary')))
  return Math.sign(log) * (1 - Math.exp(-certain))
}

/** The harm that those answers would add if they were the worst of the canary's, or the best of the incumbent's. */
function missingHarm(score: ScoreSums, { incumbent, canary }: Record<Arm, Mean | null>): number {
  const missing = missingShare(score)
  return missing > 0 ? missing * (canary?.value ?? 0) : -missing * (1 - (incumbent?.value ?? 0))
}

/** Effects, as multiples of the distance to the margin, that the bets on a proof look for. */
const effects = { grid: [0.5, 1, 2], weights: [0.25, 0.5, 0.25] } as const

/**
 * Log e-value against "the canary is worse by `width` times the margin": a mixture of likelihood ratios of the
 * estimate, as if it were a Brownian motion in its information 1/se^2 (the normal limit of a mean over users).
 */
export function proofOf(one: DecidingSums, signal: ProvenSignal, settings: RolloutSettings, width: number): number {
  const proof = proofBy(estimateOf(one, signal, settings), width)
  // Where hardly anybody comes twice no request is known to hang by the version alone, and all of them are compared.
  if (signal !== 'slow' || flagOf(one, signal) === one.flags.slowAny) return proof
  return Math.min(
    proof,
    proofBy(rateEstimate(signal, { flag: one.flags.stalled, score: one.score }, settings.flagMargin), width),
  )
}

function proofBy({ worseBy, standardError, margin: once }: Estimate, width: number): number {
  if (worseBy === null || !standardError) return 0
  const margin = width * once
  const information = 1 / standardError ** 2
  const logs = effects.grid.map((times) => {
    const drift = times * margin
    return information * drift * (margin - worseBy - drift / 2)
  })
  return logMixture(effects.weights, logs)
}

/** Scores, or requests of an arm, of the last two windows without which they say nothing. */
const fewestLately = 30

/** Whether a stage has to be kept: in the last one or two windows alone the canary was worse by the margin. */
export function isWorseLately(one: DecidingSums, signal: ProvenSignal, settings: RolloutSettings): boolean {
  const harm = latelyOf(one, signal)
  return harm !== undefined && harm > estimateOf(one, signal, settings).margin
}

/** Whether the stage clearly points to a drop of more than this part of so many times the margin. */
export function pointsToHarm(
  one: DecidingSums,
  signal: ProvenSignal,
  settings: RolloutSettings,
  { width, part }: { width: number; part: number },
): boolean {
  const { worseBy, standardError, margin } = estimateOf(one, signal, settings)
  if (worseBy === null || standardError === null) return false
  return standardError < (width * margin) / 2 && worseBy > part * width * margin
}

function latelyOf(one: DecidingSums, signal: ProvenSignal): number | undefined {
  const { harm, isKnown } = signal === 'score' ? scoresLately(one.score, 1) : ratesLately(flagOf(one, signal).lately, 1)
  if (isKnown) return harm
  const both = signal === 'score' ? scoresLately(one.score, 2) : ratesLately(flagOf(one, signal).lately, 2)
  return both.isKnown ? both.harm : undefined
}

interface Lately {
  harm: number
  isKnown: boolean
}

function scoresLately({ lately }: ScoreSums, windows: number): Lately {
  const sums = lately.slice(0, windows)
  const count = (arm: Arm) => sums.reduce((sum, one) => sum + one[arm].count, 0)
  const mean = (arm: Arm) => sums.reduce((sum, one) => sum + one[arm].sum, 0) / Math.max(1, count(arm))
  return {
    harm: mean('incumbent') - mean('canary'),
    isKnown: Math.min(count('incumbent'), count('canary')) >= fewestLately,
  }
}

function ratesLately(lately: readonly Record<Arm, RateSums>[], windows: number): Lately {
  const sums = lately.slice(0, windows)
  const requests = (arm: Arm) => sums.reduce((sum, one) => sum + one[arm].requests, 0)
  const rate = (arm: Arm) => sums.reduce((sum, one) => sum + one[arm].flagged, 0) / Math.max(1, requests(arm))
  return {
    harm: rate('canary') - rate('incumbent'),
    isKnown: Math.min(requests('incumbent'), requests('canary')) >= fewestLately,
  }
}
