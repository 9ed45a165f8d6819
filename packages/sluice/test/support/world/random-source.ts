import { seededRandom } from '../../../src/stats/random.ts'

/** The random numbers of a world, from one seed. */
export interface RandomSource {
  /** In (0,1). */
  uniform(): number
  chance(probability: number): boolean
  between(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  bytes(size: number): Uint8Array
}

export function randomSource(seed: number): RandomSource {
  const { uniform } = seededRandom(seed)
  return {
    uniform,
    chance: (probability) => uniform() < probability,
    between: (low, high) => low + uniform() * (high - low),
    pick(list) {
      const picked = list[Math.floor(uniform() * list.length)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    bytes: (size) => Uint8Array.from({ length: size }, () => Math.floor(uniform() * 256)),
  }
}
