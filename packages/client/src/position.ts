import { murmur3 } from './murmur3.ts'

/** The whole of the scale on which shares are given: parts per million. */
export const wholePpm = 1_000_000

/**
 * Where a unit stands on the scale of a rollout: 0 to 999,999, uniform over salts and units. The canary is for those
 * below the stage's ppm, so that a unit stays in it as the share grows. MurmurHash3 x86-32, seed 0, over the UTF-8
 * bytes of `salt + "\0" + unit`; times 1,000,000, divided by 2^32, floored. A lone surrogate counts as U+FFFD.
 */
export function position(salt: string, unit: string): number {
  return Math.floor((murmur3(`${salt}\0${unit}`) * wholePpm) / 2 ** 32)
}
