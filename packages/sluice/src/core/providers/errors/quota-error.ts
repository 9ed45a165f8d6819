import { ProviderError } from '../provider-error.ts'

interface Reset {
  /** Until the quota comes back. */
  waitMs: number
  /** How long Sluice waits. */
  maxWaitMs: number
  /** ms since the epoch. */
  now: number
}

/** A quota, of a day for example, comes back later than is waited for: the run ends, and says when to go on. */
export function resetTooLate(error: ProviderError, { waitMs, maxWaitMs, now }: Reset): ProviderError {
  const until = `${new Date(now + waitMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const text =
    `${error.message}. It asks to be left alone for ${spanText(waitMs)}, until ${until}, ` +
    `longer than the ${spanText(maxWaitMs)} that Sluice waits (--max-wait); run again then, what was paid for is kept`
  const { kind, status } = error
  return new ProviderError(kind, text, { cause: error, status, retryAfterMs: waitMs, fatal: true })
}

/** A call that was told to wait again and again. `isStuck`: no other call got through either. */
export function waitedInVain(error: ProviderError, waitedMs: number, isStuck: boolean): ProviderError {
  const text = `${error.message}. It asked to be left alone again and again, for ${spanText(waitedMs)} in all; --max-wait sets how long Sluice waits`
  const { kind, status } = error
  return new ProviderError(kind, text, { cause: error, status, retryable: false, fatal: isStuck })
}

/** In the two largest units: `45 s`, `7 min 12 s`, `1 h 20 min`. */
export function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const units = [
    { name: 'h', count: Math.floor(seconds / 3600) },
    { name: 'min', count: Math.floor(seconds / 60) % 60 },
    { name: 's', count: seconds % 60 },
  ]
  const first = units.findIndex(({ count }) => count > 0)
  const shown = first === -1 ? units.slice(2) : units.slice(first, first + 2).filter(({ count }) => count > 0)
  return shown.map(({ name, count }) => `${count} ${name}`).join(' ')
}
