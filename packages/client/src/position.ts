import { murmur3, type Prefix, prefixOf } from './murmur3.ts'

/** The whole of the scale on which shares are given: parts per million. */
export const wholePpm = 1_000_000

/** The prefix of the salt that was used last: most requests ask for the same. */
let last: { salt: string; prefix: Prefix } | undefined

/**
 * Where a unit stands on the scale of a rollout: 0 to 999,999, uniform over salts and units. The canary is for those
 * below the stage's ppm, so that a unit stays in it as the share grows. MurmurHash3 x86-32, seed 0, over the UTF-8
 * bytes of `salt + "\0" + unit`; times 1,000,000, divided by 2^32, floored. A lone surrogate counts as U+FFFD. A number is
 * the text that `String` makes of it.
 */
export function position(salt: string, unit: string): number {
  if (last?.salt !== salt) last = { salt, prefix: prefixOf(`${salt}\0`) }
  return Math.floor((murmur3(last.prefix, typeof unit === 'string' ? unit : String(unit)) * wholePpm) / 2 ** 32)
}
