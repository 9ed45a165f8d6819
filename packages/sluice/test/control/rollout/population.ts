import type { Random } from '../../../src/stats/index.ts'

/** A simulated user. */
export interface User {
  id: string
  /** 0 to 999,999. */
  position: number
  /** A score in [0,1] whose mean lies this much below the usual one of the user. */
  score(loss: number): number
  /** By what factor the user meets more errors than others; 1 on average. */
  clumsiness: number
}

interface Population {
  users?: number
  heavyTailed?: boolean
  icc?: number
  mean?: number
  deviation?: number
}

/**
 * Users to draw requests from. Scores are Beta with this mean and deviation over all users; a share `icc` of the variance
 * lies between users, whose own means are Beta, too.
 */
export function populationOf(population: Population, random: Random): () => User {
  const { users, heavyTailed = false } = population
  let next = 0
  if (users === undefined) return () => newUser(next++, population, random)
  const known = Array.from({ length: users }, () => newUser(next++, population, random))
  const cumulated: number[] = []
  let total = 0
  for (let i = 0; i < users; i += 1) {
    total += heavyTailed ? Math.exp(1.5 * random.normal()) : 1
    cumulated.push(total)
  }
  return () => {
    const found = known[firstAbove(cumulated, random.uniform() * total)]
    if (!found) throw new Error('no such user')
    return found
  }
}

function newUser(index: number, { icc = 0, mean = 0.8, deviation = 0.25 }: Population, random: Random): User {
  const between = icc * deviation ** 2
  const own = icc > 0 ? betaOf(mean, between, random) : mean
  const size = (mean * (1 - mean) - between) / ((1 - icc) * deviation ** 2) - 1
  return {
    id: String(index),
    position: Math.floor(random.uniform() * 1e6),
    clumsiness: icc > 0 ? Math.exp(random.normal() - 0.5) : 1,
    score(loss) {
      const shifted = Math.min(0.999, Math.max(0.001, (own * (mean - loss)) / mean))
      return icc > 0 ? random.beta(shifted * size, (1 - shifted) * size) : betaOf(mean - loss, deviation ** 2, random)
    },
  }
}

function betaOf(mean: number, variance: number, random: Random): number {
  const size = (mean * (1 - mean)) / variance - 1
  return random.beta(mean * size, (1 - mean) * size)
}

function firstAbove(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}
