import type { Random } from '../../stats/random.ts'
import { factorAt } from './cycles.ts'
import type { Incumbent } from './scenario-answers.ts'
import type { Cycles } from './scenario-traffic.ts'
import { type Answer, shifted } from './simulated-answer.ts'

/** What a user is like, whoever answers. */
export interface Traits {
  /** Mean score of the user's requests. */
  mean: number
  /** By what factor the user meets more errors than others; 1 on average. */
  clumsiness: number
  /** In (0,1): errors that only a share of the users meet are met by those below it. */
  rank: number
}

/** Of the users of recorded requests nothing is known. */
export const unknownTraits: Traits = { mean: 0, clumsiness: 1, rank: 0.5 }

/** What the score of a request is drawn from: the mean that it deserves, and whether all of it is bad or good together. */
export interface Quality {
  mean: number
  /** In (0,1), low where all is bad; null where each signal is by itself. */
  common: number | null
}

const tokens = { median: 800, spread: 0.8 }

/** What the incumbent makes of simulated requests: users of lasting traits, and the answers to each of their requests. */
export class IncumbentAnswers {
  readonly #incumbent: Incumbent
  readonly #cycles: Cycles
  readonly #random: Random
  readonly #drawMean: () => number
  /** The deviation of a request's mean by the length of its input, and how closely it scatters around the user's. */
  readonly #byLength: { sd: number; size: number }
  /** The variance of a score around the request's mean, and what the means of requests scatter by. */
  readonly #variance: { within: number; between: number }

  constructor(incumbent: Incumbent, cycles: Cycles, random: Random) {
    this.#incumbent = incumbent
    this.#cycles = cycles
    this.#random = random
    const { mean, sd, correlation, explainedByLength } = incumbent.score
    // Beta variates around Beta variates: each layer takes its share of the variance, and the whole keeps the mean.
    const [ofUsers, byLength] = [correlation * sd ** 2, explainedByLength * sd ** 2]
    this.#drawMean = betaMean(mean, ofUsers, random)
    this.#byLength = { sd: Math.sqrt(byLength), size: (mean * (1 - mean) - ofUsers) / byLength - 1 }
    this.#variance = { within: sd ** 2 - ofUsers - byLength, between: ofUsers + byLength }
  }

  /** A user of whom nobody has heard. */
  newTraits(): Traits {
    const { errorSpread } = this.#incumbent
    const random = this.#random
    return {
      mean: this.#drawMean(),
      clumsiness: errorSpread > 0 ? Math.exp(errorSpread * random.normal() - errorSpread ** 2 / 2) : 1,
      rank: random.uniform(),
    }
  }

  /** Whether a request of a user fails at a time, where such a share of the users meets the errors. */
  fails(traits: Traits, errorUsers: number, time: number): boolean {
    return this.#random.uniform() < this.#errorRate(traits, errorUsers, time)
  }

  /** The answer to a request at a time, ms since the epoch, and what its score was drawn from. */
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
   * A score where the mean of all is moved by this much, and scatters as before. Of a bad request it is the lower of two, of a good
   * one the higher: of both together the distribution stays.
   */
  score({ mean, common }: Quality, by: number): number {
    const own = inside(shifted(mean, this.#incumbent.score.mean, by))
    const size = this.#sizeAt(by)
    const draw = () => this.#random.beta(own * size, (1 - own) * size)
    if (common === null) return draw()
    return common < 0.5 ? Math.min(draw(), draw()) : Math.max(draw(), draw())
  }

  /** How closely scores scatter around means that are moved by this much, for the variance to stay; as far as it can. */
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

  /** The mean of a request, and its length, of which it is a linear function of the logarithm. */
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

/** Draws of a Beta variate of this mean and variance, kept off 0 and 1. */
function betaMean(mean: number, variance: number, random: Random): () => number {
  if (variance === 0) return () => mean
  const size = (mean * (1 - mean)) / variance - 1
  return () => inside(random.beta(mean * size, (1 - mean) * size))
}
