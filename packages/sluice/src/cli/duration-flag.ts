import { SluiceError } from '../errors.ts'
import { duration } from '../records/duration.ts'

const dayMs = 86_400_000

/** The value of a flag such as `10s`, in ms. @throws SluiceError `invalid-input`, also beyond `longest` (ms) */
export function durationFlag(flag: string, text: string, longest = Number.MAX_SAFE_INTEGER): number {
  const { data } = duration.safeParse(text)
  if (data !== undefined && data <= longest) return data
  const limit =
    data === undefined
      ? 'expected a duration such as 10s, 4h or 90d'
      : `expected at most ${longest < dayMs ? `${longest / 1000}s` : `${longest / dayMs}d`}`
  throw new SluiceError('invalid-input', `${flag} ${text}: ${limit}`)
}
