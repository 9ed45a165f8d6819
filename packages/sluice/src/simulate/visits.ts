import type { Random } from '../stats/random.ts'
import type { Answer } from './answer.ts'
import type { Incumbent, Traffic } from './scenario.ts'

/** A request as it comes to production, with what the incumbent would make of it. */
export interface Visit {
  /** ms since the start. */
  at: number
  unit: string
  answer: Answer
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Requests without end: a Poisson process whose rate swings over the day, from users of fixed habits. */
export function* simulatedVisits(traffic: Traffic, incumbent: Incumbent, random: Random): Generator<Visit> {
  const answerOf = answers(incumbent, random)
  const userOf = users(traffic, random)
  const busiest = (traffic.perHour * (1 + traffic.dailySwing)) / hourMs
  for (let at = 0; ; ) {
    at -= Math.log(random.uniform()) / busiest
    const rate = 1 + traffic.dailySwing * Math.sin((2 * Math.PI * at) / dayMs)
    // Thinning: of the arrivals at the highest rate the share that the present one is of it.
    if (random.uniform() * (1 + traffic.dailySwing) >= rate) continue
    const user = userOf()
    yield { at: Math.round(at), unit: `user-${user}`, answer: answerOf(user) }
  }
}

/** Users drawn by how much they send. */
function users({ users, heavyTail }: Traffic, random: Random): () => number {
  const sums = new Float64Array(users)
  let total = 0
  for (let user = 0; user < users; user += 1) {
    total += (user + 1) ** -heavyTail
    sums[user] = total
  }
  return () => {
    const point = random.uniform() * total
    let [low, high] = [0, users - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] ?? total) < point) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * Scores as Beta(Beta): each user has a mean of his own, around which his scores scatter, so that the whole has the
 * mean, the variance and the share of it between users that were asked for.
 */
function answers({ score, errors, refusals, invalid, latency, cost }: Incumbent, random: Random) {
  const { mean, sd, correlation } = score
  const between = correlation * sd ** 2
  const within = (mean * (1 - mean) - between) / (sd ** 2 - between) - 1
  const userMean = betaMean(mean, between, random)
  const means = new Map<number, number>()
  const logNormal = (median: number, spread: number) => median * Math.exp(spread * random.normal())
  return (user: number): Answer => {
    const own = means.get(user) ?? userMean()
    means.set(user, own)
    return {
      score: random.beta(own * within, (1 - own) * within),
      failed: random.uniform() < errors,
      refusal: random.uniform() < refusals,
      invalid: random.uniform() < invalid,
      latencyMs: logNormal(latency.medianMs, latency.spread),
      costUsd: logNormal(cost.medianUsd, cost.spread),
    }
  }
}

/** Draws of a Beta variate of this mean and variance, kept off 0 and 1. */
function betaMean(mean: number, variance: number, random: Random): () => number {
  if (variance === 0) return () => mean
  const size = (mean * (1 - mean)) / variance - 1
  return () => Math.min(1 - 1e-9, Math.max(1e-9, random.beta(mean * size, (1 - mean) * size)))
}
