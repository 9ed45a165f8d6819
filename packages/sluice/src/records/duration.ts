import { z } from 'zod'
import { unitMs } from '../time-units.ts'

const longestMs = 3650 * unitMs.d

/** `30m`, `4h` or `2d`; decoded to ms. */
export const duration = z.codec(
  z
    .string()
    .regex(/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/, 'expected a duration such as "30m", "4h" or "2d"')
    .refine((text) => millisecondsOf(text) <= longestMs, { error: 'must be at most 3650d' }),
  z.number(),
  { decode: millisecondsOf, encode: (ms) => `${ms}ms` },
)

function millisecondsOf(text: string): number {
  const [, amount = '', unit = 'ms'] = /^([\d.]+)(\D+)$/.exec(text) ?? []
  return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs])
}
