import type { Random } from '../../stats/random.ts'
import { factorAt } from './cycles.ts'
import type { Incumbent } from './scenario-answers.ts'
import type { Cycles } from './scenario-traffic.ts'
import { type Answer, shifted } from './simulated-answer.ts'

/** Traits of a user, which are the same in both arms. */
export interface Traits {
  /** Mean score of the user's requests. */
  mean: number
  /** Factor of the user's error rate; 1 on average. */
  clumsiness: number
  /** In (0,1). If only a share of the users has errors, it is those with a rank below the share. */
  rank: number
}

/** The users of recorded requests have no known traits. */
export const unknownTraits: Traits = { mean: 0, clumsiness: 1, rank: 0.5 }

/** The quality from which the score of a request is drawn: its mean, and whether all its signals are bad together. */
export interface Quality {
  mean: number
  /** In (0,1), low if all signals are bad; null if signals are independent. */
  common: number | null
}

const tokens = { median: 800, spread: 0.8 }

/** Simulates the incumbent: users with constant traits, and the answers to their requests. */
export class IncumbentAnswers {
  readonly #incumbent: Incumbent
  readonly #cycles: Cycles
  readonly #random: Random
  readonly #drawMean: () => number
  /** How a request's mean depends on the length of its input: standard deviation, and size of the Beta distribution. */
  readonly #byLength: { sd: number; size: number }
  /** The variance of a score around the request's mean, and the variance of the means. */
  readonly #variance: { within: number; between: number }

  constructor(incumbent: Incumbent, cycles: Cycles, random: Random) {
    this.#incumbent = incumbent
    this.#cycles = cycles
    this.#random = random
    const { mean, sd, correlation, explainedByLength } = incumbent.score
    // Nested Beta distributions: each layer has its share of the variance, and the mean stays the same.
    const [ofUsers, byLength] = [correlation * sd ** 2, explainedByLength * sd ** 2]
    this.#drawMean = betaMean(mean, ofUsers, random)
    this.#byLength = { sd: Math.sqrt(byLength), size: (mean * (1 - mean) - ofUsers) / byLength - 1 }
    this.#variance = { within: sd ** 2 - ofUsers - byLength, between: ofUsers + byLength }
  }

  /** Draws the traits of a new user. */
  newTraits(): Traits {
    const { errorSpread } = this.#incumbent
    const random = this.#random
    return {
      mean: this.#drawMean(),
      clumsiness: errorSpread > 0 ? Math.exp(errorSpread * random.normal() - errorSpread ** 2 / 2) : 1,
      rank: random.uniform(),
    }
  }

  /** Whether a user's request fails at a time, if only the share `errorUsers` of the users has errors. */
  fails(traits: Traits, errorUsers: number, time: number): boolean {
    return this.#random.uniform() < this.#errorRate(traits, errorUsers, time)
  }

  /** The answer to a request at a time, in ms since the epoch, and the quality from which its score was drawn. */
  answer(traits: Traits, time: number): { answer: Answer; quality: Quality } {
    const { errorUsers, refusals, invalid, latency, cost, dependence } = this.#incumbent
    const random = this.#random
    const common = dependence > 0 && random.uniform() < dependence ? random.uniform() : null
    const { own, inputTokens } = this.#length(traits.mean)
    const quality = { mean: own, common }
    const tail = latency.tail.share > 0 && random.uniform() < latency.tail.share ? latency.tail.factor : 1
    const usual = latency.medianMs * Math.exp(latency.spread * this.#slowness(common))
    const answer = {
      score: this.score(quality, 0),
      failed: (common ?? random.uniform()) < this.#errorRate(traits, errorUsers, time),
      refusal: (common ?? random.uniform()) < refusals,
      invalid: (common ?? random.uniform()) < invalid,
      latencyMs: usual * tail * factorAt(this.#cycles, 'latency', time),
      costUsd: cost.medianUsd * Math.exp(cost.spread * random.normal()),
      inputTokens,
    }
    return { answer, quality }
  }

  /**
   * A score if the mean of all is moved by `by`, with the same variance. A bad request gets the lower of two draws, a
   * good one the higher, so the distribution over both stays the same.
   */
  score({ mean, common }: Quality, by: number): number {
    const own = inside(shifted(mean, this.#incumbent.score.mean, by))
    const size = this.#sizeAt(by)
    const draw = () => this.#random.beta(own * size, (1 - own) * size)
    if (common === null) return draw()
    return common < 0.5 ? Math.min(draw(), draw()) : Math.max(draw(), draw())
  }

  /** The size of the Beta distribution around means moved by `by`, so that the variance stays the same, if possible. */
  #sizeAt(by: number): number {
    const { mean } = this.#incumbent.score
    const { within, between } = this.#variance
    const moved = Math.min(1, Math.max(0, mean + by))
    const drawn = moved < mean ? moved / mean : (1 - moved) / (1 - mean)
    return Math.max(0.05, (moved * (1 - moved) - between * drawn ** 2) / within - 1)
  }

  #errorRate({ clumsiness, rank }: Traits, errorUsers: number, time: number): number {
    if (rank >= errorUsers) return 0
    return ((this.#incumbent.errors * clumsiness) / errorUsers) * factorAt(this.#cycles, 'errors', time)
  }

  /** The mean of a request and the length of its input. The mean is linear in the logarithm of the length. */
  #length(mean: number): { own: number; inputTokens: number | null } {
    const { sd, size } = this.#byLength
    if (sd === 0) return { own: mean, inputTokens: null }
    const own = inside(this.#random.beta(mean * size, (1 - mean) * size))
    return { own, inputTokens: Math.round(tokens.median * Math.exp((tokens.spread * (mean - own)) / sd)) }
  }

  #slowness(common: number | null): number {
    const { normal } = this.#random
    if (common === null) return normal()
    return common < 0.5 ? Math.max(normal(), normal()) : Math.min(normal(), normal())
  }
}

const inside = (mean: number) => Math.min(1 - 1e-9, Math.max(1e-9, mean))

/** Draws from a Beta distribution with this mean and variance, but never 0 or 1. */
function betaMean(mean: number, variance: number, random: Random): () => number {
  if (variance === 0) return () => mean
  const size = (mean * (1 - mean)) / variance - 1
  return () => inside(random.beta(mean * size, (1 - mean) * size))
}
